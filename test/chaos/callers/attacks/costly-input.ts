import { type Attack, asking } from './attack.ts';
import { BODY_BYTES, costlyBodies, costlyBulks } from './costly-bodies.ts';
import { costlyHeads, HEAD_BYTES } from './costly-heads.ts';
import { FORM_TYPE, filled, get, headOf, JSON_TYPE, post } from './requests.ts';

/** Requests that are slow to parse if the parser is badly written. */
export const costlyInput: readonly Attack[] = [
  attack('a content type of 15,900 spaces', 10, () => [
    headOf('/v1', `${JSON_TYPE}${' '.repeat(HEAD_BYTES)}x`, 'content-length: 0'),
  ]),
  attack('forms of 262,144 ampersands', 100, () => [post('/v1', FORM_TYPE, '&'.repeat(BODY_BYTES))]),
  attack('forms of encoded names', 100, () => [post('/v1', FORM_TYPE, filled('%41&', BODY_BYTES))]),
  attack('queries of ampersands', 10, () =>
    ['&', '%41&'].map((piece) => get(`/v1?${filled(piece, HEAD_BYTES)}`)),
  ),
  attack('every costly header in turn', 10, () => [...costlyHeads().values()]),
  attack('every costly body in turn', 200, () => [...costlyBodies().values()]),
  attack('every costly bulk in turn', 1_000, () => [...costlyBulks().values()]),
  {
    ...attack('16 KB of X-Forwarded-For', 10, forwarded),
    env: { TRUST_PROXY: '10.0.0.0/8,loopback', RATE_LIMIT_PER_MINUTE: '1000000' },
  },
];

function forwarded(): string[] {
  return ['10.0.0.1,', '1,', ',', '[::1]:1,', ' '].map((piece) =>
    get('/v1?data=known', `x-forwarded-for: ${filled(piece, HEAD_BYTES)}`),
  );
}

function attack(name: string, pauseMs: number, requests: () => readonly string[]): Attack {
  return asking(name, { clients: 8, pauseMs }, requests);
}
