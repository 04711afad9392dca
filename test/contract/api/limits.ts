import { test } from 'node:test';
import { ask, askJson } from '../../support/ask.ts';
import type { Service } from '../api-contract.ts';
import { assertProblem, assertShout, assertStandardHeaders } from './assert-reply.ts';

/** The default of MAX_BODY_BYTES. */
const MAX_BODY_BYTES = 262_144;
const FRAME_BYTES = '{"data":""}'.length;

/** Bodies and headers as large as they may be, and larger. */
export function limitsContract(service: Service): void {
  test('a body of exactly the limit is answered', async () => {
    const data = 'a'.repeat(MAX_BODY_BYTES - FRAME_BYTES);

    assertShout(await askJson(service(), { data }), data.toUpperCase());
  });

  test('a body with one byte more is too large', async () => {
    const reply = await askJson(service(), { data: 'a'.repeat(MAX_BODY_BYTES - FRAME_BYTES + 1) });

    assertProblem(reply, 413, 'TOO_LARGE');
    assertStandardHeaders(reply);
  });

  test('a chunked body over the limit is too large', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = ['{"data":"', ...Array.from({ length: 9 }, () => 'a'.repeat(32_768)), '"}'];

    assertProblem(await ask(service(), { method: 'POST', path: '/v1', headers, body }), 413, 'TOO_LARGE');
  });

  test('8 KiB of headers are fine', async () => {
    const headers = { 'x-padding': 'x'.repeat(8 * 1024) };

    assertShout(await ask(service(), { path: '/v1?data=hello', headers }), 'OLLEH');
  });

  test('17 KiB of headers are too large', async () => {
    const headers = { 'x-padding': 'x'.repeat(17 * 1024) };

    assertProblem(await ask(service(), { path: '/v1?data=hello', headers }), 431, 'HEADERS_TOO_LARGE');
  });
}
