import { TuohsError } from '../../core/errors.ts';
import type { BulkLineOutcome } from '../../core/events.ts';
import type { Shout } from '../../core/shouter.ts';
import type { ApiParts } from '../api-parts.ts';
import { textOfJson } from '../body/request-text.ts';
import type { Exchange } from '../exchange.ts';
import { knownError, problemLine, tooLarge } from '../problem.ts';
import { shoutBody } from '../shout-answer.ts';
import type { AnswerLine } from './answer-lines.ts';

/**
 * Answers a line `{"data": …}` with `{"data": …}`, and one that cannot be answered with `{"error", "code", "detail"?}`. Once
 * the server closes, every line that follows is `OVERLOADED`. `count` learns how each line ended.
 */
export function lineAnswerer(
  exchange: Exchange,
  { reverseShout, maxBodyBytes }: Pick<ApiParts, 'reverseShout' | 'maxBodyBytes'>,
  count: (outcome: BulkLineOutcome) => void,
): AnswerLine {
  return (line, put) => {
    try {
      if (exchange.isClosing) throw new TuohsError('OVERLOADED', 'the server closes');
      if (line.length > maxBodyBytes) throw tooLarge('line', maxBodyBytes);
      const text = textOfJson(line);
      const shout = reverseShout(text, exchange);
      if (shout instanceof Promise) shout.then(answer, fail);
      else answer(shout);
    } catch (error) {
      fail(error);
    }

    function answer(shout: Shout): void {
      count(shout.source === 'local' ? 'local' : 'success');
      put(answerLine(shout));
    }

    function fail(error: unknown): void {
      const { code } = knownError(error);
      count(code);
      if (code === 'INTERNAL') exchange.report(error);
      put(problemLine(error));
    }
  };
}

/** Marks an answer of our own mapping, as `Cache-Status` does for a single string. */
function answerLine(shout: Shout): string {
  const line = shoutBody(shout);
  return shout.source === 'local' ? `${line.slice(0, -1)},"source":"local"}` : line;
}
