import { isUtf8 } from 'node:buffer';
import { type ErrorCode, TuohsError } from '../../core/errors.ts';
import type { ReverseShout } from '../../core/reverse-shout.ts';
import type { Call } from '../../core/shouter.ts';
import { shoutBody } from '../answer.ts';
import { problems } from '../problem.ts';
import { type Line, tooLong } from './line-splitter.ts';

/** Hands the line that answers a line to `put`, once: at once or later. */
export type AnswerLine = (line: Line, call: Call, put: (answer: string) => void) => void;

/** Answers `{"data": …}` with `{"data": …}`, and whatever cannot be answered with `{"error", "code"}`. */
export function lineAnswerer(reverseShout: ReverseShout): AnswerLine {
  return (line, call, put) => {
    if (line === tooLong) return put(errorLine('TOO_LARGE'));
    const data = dataOf(line);
    if (data === undefined) return put(errorLine('BAD_INPUT'));
    const fail = (error: unknown) => put(failureLine(error));
    try {
      const shout = reverseShout(data, call);
      if (!(shout instanceof Promise)) return put(shoutBody(shout));
      shout.then((late) => put(shoutBody(late)), fail);
    } catch (error) {
      fail(error);
    }
  };
}

export function errorLine(code: ErrorCode): string {
  return JSON.stringify({ error: problems[code].text, code });
}

function failureLine(error: unknown): string {
  return errorLine(error instanceof TuohsError ? error.code : 'INTERNAL');
}

function dataOf(line: Buffer): string | undefined {
  if (!isUtf8(line)) return undefined;
  try {
    const { data } = JSON.parse(line.toString());
    return typeof data === 'string' ? data : undefined;
  } catch {
    return undefined;
  }
}
