import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KNOWN_TEXTS } from '../tools/texts.ts';

const answers = new Map(KNOWN_TEXTS.map((text) => [text, [...text].reverse().join('').toUpperCase()]));

// The least that a program has to do to answer known texts: read JSON or a query, look into a Map, write JSON.
const server = createServer((request, response) => {
  if (request.method === 'GET') {
    const { searchParams } = new URL(request.url ?? '', 'http://bench');
    return answer(response, searchParams.get('data') ?? '');
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const { data } = JSON.parse(Buffer.concat(chunks).toString());
    answer(response, data);
  });
});

function answer(response: ServerResponse, text: string): void {
  const body = JSON.stringify({ data: answers.get(text) });
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ msg: 'listening', port })}\n`);
});
