import { type Attack, askCeaselessly, FORM_TYPE, filled, get, headOf, JSON_TYPE, post } from './attack.ts';
import { BODY_BYTES, costlyBodies, costlyBulks } from './costly-bodies.ts';
import { costlyHeads, HEAD_BYTES } from './costly-heads.ts';

/** Requests that take a careless parser a long time. */
export const costlyInput: readonly Attack[] = [
  attack('a content type of 15,900 spaces', () => [spacesInType()], 10),
  attack('forms of 262,144 ampersands', () => [post('/v1', FORM_TYPE, '&'.repeat(BODY_BYTES))], 100),
  attack('forms of encoded names', () => [post('/v1', FORM_TYPE, filled('%41&', BODY_BYTES))], 100),
  attack(
    'queries of ampersands',
    () => ['&', '%41&'].map((piece) => get(`/v1?${filled(piece, HEAD_BYTES)}`)),
    10,
  ),
  attack('every costly header in turn', () => [...costlyHeads().values()], 10),
  attack('every costly body in turn', () => [...costlyBodies().values()], 200),
  attack('every costly bulk in turn', () => [...costlyBulks().values()], 1_000),
  {
    ...attack('16 KB of X-Forwarded-For', forwarded, 10),
    env: { TRUST_PROXY: '10.0.0.0/8,loopback', RATE_LIMIT_PER_MINUTE: '1000000' },
  },
];

function spacesInType(): string {
  return headOf('/v1', `${JSON_TYPE}${' '.repeat(HEAD_BYTES)}x`, 'content-length: 0');
}

function forwarded(): string[] {
  return ['10.0.0.1,', '1,', ',', '[::1]:1,', ' '].map((piece) =>
    get('/v1?data=known', `x-forwarded-for: ${filled(piece, HEAD_BYTES)}`),
  );
}

/** Eight connections that send these requests one after the other. The requests are made when the attack begins. */
function attack(name: string, requests: () => readonly string[], pauseMs: number): Attack {
  const connections = 8;
  return {
    name,
    connections,
    begin: ({ port }) => askCeaselessly({ port, callers: connections, pauseMs, requests: requests() }),
  };
}
