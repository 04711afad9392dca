// This file must import nothing, because it is copied into a pod together with the load generator.

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** Reads a text that is exactly one answer. */
export function parsed(text: string): RawAnswer {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return { ...parsedHead(head), body };
}

/** All answers in this text, in order. Throws if one is incomplete or if there is anything else. */
export function wholeAnswers(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let rest = text; rest !== ''; ) {
    const first = firstAnswer(rest);
    if (!first) throw new Error(`cut short: ${JSON.stringify(rest)}`);
    answers.push(first.answer);
    rest = first.rest;
  }
  return answers;
}

/** The first answer in this text, and the text after it. `undefined` if the answer is incomplete. Throws if it is not an answer. */
export function firstAnswer(text: string): { answer: RawAnswer; rest: string } | undefined {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const { status, headers } = parsedHead(text.slice(0, headEnd));
  if (!(status >= 100 && status < 600)) throw new Error(`no answer: ${JSON.stringify(text)}`);
  const behind = text.slice(headEnd + 4);
  if (headers.get('transfer-encoding') === 'chunked') {
    const read = dechunked(behind);
    return read && { answer: { status, headers, body: read.body }, rest: read.rest };
  }
  const isEmpty = status < 200 || status === 204 || status === 304;
  const length = Number(headers.get('content-length') ?? (isEmpty ? 0 : Number.NaN));
  const body = behind.slice(0, length);
  return body.length === length
    ? { answer: { status, headers, body }, rest: behind.slice(length) }
    : undefined;
}

function dechunked(text: string): { body: string; rest: string } | undefined {
  let body = '';
  for (let at = 0; ; ) {
    const lineEnd = text.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const line = text.slice(at, lineEnd);
    if (!/^[\da-f]+$/.test(line)) throw new Error(`no chunk: ${JSON.stringify(text.slice(at))}`);
    const start = lineEnd + 2;
    const end = start + Number.parseInt(line, 16);
    if (text.length < end + 2) return undefined;
    if (text.slice(end, end + 2) !== '\r\n')
      throw new Error(`a broken chunk: ${JSON.stringify(text.slice(start))}`);
    body += text.slice(start, end);
    at = end + 2;
    if (end === start) return { body, rest: text.slice(at) };
  }
}

function parsedHead(head: string): Pick<RawAnswer, 'status' | 'headers'> {
  const [statusLine = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  const [, status] = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine) ?? [];
  return { status: Number(status), headers: new Headers(headers) };
}
