import { test } from 'node:test';
import { ask, askJson } from '../../support/ask.ts';
import type { Service } from '../api-contract.ts';
import { assertProblem, assertShout, assertStandardHeaders } from './assert-reply.ts';

/** The default of MAX_BODY_BYTES. */
const MAX_BODY_BYTES = 262_144;
const FRAME_BYTES = '{"data":""}'.length;

/** Bodies and headers as large as they may be, and larger. */
export function limitsContract(service: Service): void {
  test('a body of exactly the limit is answered, and one with a byte more is too large', async () => {
    const data = 'a'.repeat(MAX_BODY_BYTES - FRAME_BYTES);

    assertShout(await askJson(service(), { data }), data.toUpperCase());
    const reply = await askJson(service(), { data: `${data}a` });
    assertProblem(reply, 413, 'TOO_LARGE');
    assertStandardHeaders(reply);
  });

  test('a chunked body over the limit is too large', async () => {
    const headers = { 'content-type': 'application/json' };
    const body = ['{"data":"', ...Array.from({ length: 9 }, () => 'a'.repeat(32_768)), '"}'];

    assertProblem(await ask(service(), { method: 'POST', path: '/v1', headers, body }), 413, 'TOO_LARGE');
  });

  test('8 KiB of headers are fine, 17 KiB are too large', async () => {
    const padded = (kibibytes: number) => ({
      path: '/v1?data=hello',
      headers: { 'x-padding': 'x'.repeat(kibibytes * 1024) },
    });

    assertShout(await ask(service(), padded(8)), 'OLLEH');
    assertProblem(await ask(service(), padded(17)), 431, 'HEADERS_TOO_LARGE');
  });
}
