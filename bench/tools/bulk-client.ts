import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { distinctText } from './texts.ts';

const LINES_A_CHUNK = 1000;

/** Sends so many lines that nobody sent before as one bulk request; resolves when each has its answer. */
export async function sendBulk(port: number, series: string, lines: number): Promise<void> {
  const bulk = request({
    ...{ port, host: '127.0.0.1', path: '/v1/bulk', method: 'POST' },
    headers: { 'Content-Type': 'application/x-ndjson' },
  });
  const answered = once(bulk, 'response').then(([response]) => countAnswers(response as IncomingMessage));
  await pipeline(Readable.from(chunks(series, lines)), bulk);
  const count = await answered;
  if (count !== lines) throw new Error(`${count} of ${lines} lines were answered`);
}

function* chunks(series: string, lines: number): Generator<string> {
  for (let from = 0; from < lines; from += LINES_A_CHUNK) {
    const size = Math.min(LINES_A_CHUNK, lines - from);
    yield Array.from({ length: size }, (_, i) => lineOf(distinctText(series, from + i))).join('');
  }
}

function lineOf(data: string): string {
  return `${JSON.stringify({ data })}\n`;
}

/** The lines that are no errors. */
async function countAnswers(response: IncomingMessage): Promise<number> {
  let answers = 0;
  let rest = '';
  for await (const piece of response.setEncoding('utf8')) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    answers += lines.filter((line) => line.startsWith('{"data"')).length;
  }
  return answers;
}
