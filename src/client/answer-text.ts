import { TuohsClientError } from './client-error.ts';

/** A limit above every answer of the service that holds no user's text, such as an error body. */
export const SHORT_ANSWER_BYTES = 65_536;

/** The answer's text. Throws `BAD_ANSWER` after `maxBytes`, because an endless answer must not fill the memory. */
export async function textOf(response: Response, maxBytes: number): Promise<string> {
  let text = '';
  for await (const piece of textPieces(response, maxBytes)) text += piece;
  return text;
}

/** The text of the answer, in pieces as they arrive. */
export async function* textPieces(
  { body, status }: Response,
  maxBytes: number,
): AsyncGenerator<string, void, undefined> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done) return yield decoder.decode();
      bytes += value.length;
      if (bytes > maxBytes) {
        throw new TuohsClientError('BAD_ANSWER', `the answer has more than ${maxBytes} bytes`, { status });
      }
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    // If the caller stops reading early, the connection must not stay open.
    reader?.cancel().catch(() => {});
  }
}

/** Throws `BAD_ANSWER` unless the whole answer is this text. */
export async function assertAnswer(response: Response, text: string): Promise<void> {
  if ((await textOf(response, SHORT_ANSWER_BYTES)) === text) return;
  throw new TuohsClientError('BAD_ANSWER', 'the answer is not that of tuohs', { status: response.status });
}

/** The error for an answer with an error status. Its code is `BAD_ANSWER` if the body does not come from the service. */
export async function failedAnswer(response: Response): Promise<TuohsClientError> {
  const { status, headers } = response;
  const { error, code, detail, requestId } = fieldsOf(await textOf(response, SHORT_ANSWER_BYTES));
  const isOurs = typeof error === 'string' && typeof code === 'string';
  return new TuohsClientError(
    isOurs ? code : 'BAD_ANSWER',
    isOurs ? error : `the answer has status ${status}, without an error of tuohs`,
    {
      status,
      detail: isOurs && typeof detail === 'string' ? detail : undefined,
      retryAfterMs: retryAfterMs(headers.get('retry-after')),
      requestId:
        isOurs && typeof requestId === 'string' ? requestId : (headers.get('x-request-id') ?? undefined),
    },
  );
}

/** The fields of the object that this JSON text holds; no fields if it holds no object. */
export function fieldsOf(json: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(json));
  } catch {
    return {};
  }
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3); a value that is neither counts as absent. */
function retryAfterMs(header: string | null): number | undefined {
  if (header === null) return undefined;
  // Only a text that begins with a letter is a date. `Date.parse` reads 1.5 and -1 as days in 2001, so there would be no pause.
  const date = /^[a-z]/i.test(header) ? Date.parse(header) : Number.NaN;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : date - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
