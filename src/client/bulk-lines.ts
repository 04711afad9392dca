import { TuohsClientError } from './client-error.ts';
import { fieldsOf } from './failed-answer.ts';
import type { BulkResult } from './text-window.ts';

/** The request's side: one line for each text. */
export function bulkLines(texts: readonly { readonly text: string }[]): string {
  return texts.map(({ text }) => `{"data":${JSON.stringify(text)}}\n`).join('');
}

/** The answer's side: its results, as many at a time as have come. Throws a `BAD_ANSWER` at a line that is none. */
export async function* bulkResults(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<BulkResult[], void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      const lines = (done ? decoder.decode() : decoder.decode(value, { stream: true })).split('\n');
      lines[0] = rest + lines[0];
      rest = done ? '' : (lines.pop() ?? '');
      yield lines.filter((line) => line !== '').map(resultOf);
      if (done) return;
    }
  } finally {
    // Whoever stops reading early must not leave the connection open.
    reader.cancel().catch(() => {});
  }
}

function resultOf(line: string): BulkResult {
  const { data, error, code } = fieldsOf(line);
  if (typeof data === 'string') return { data };
  if (typeof error === 'string' && typeof code === 'string') return { error, code };
  throw new TuohsClientError('BAD_ANSWER', 'a line of the answer holds neither a text nor an error');
}
