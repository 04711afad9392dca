import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { httpServer } from '../../support/http-server.ts';
import { loadOf, startLoad } from '../../support/load.ts';
import { someTexts } from '../../support/load-texts.ts';
import { pick } from '../../support/pick.ts';
import { until } from '../../support/until.ts';

const TEXTS = { seed: 7, cycle: 3, length: 12, filler: '👍🏽' };
const EXPECTED = `${'👍🏽'.repeat(8)}.0.7`;
const [RIGHT = '', WRONG = '', REFUSED = ''] = someTexts(3, TEXTS);

test('a load judges each answer: right, wrong or refused', async (t) => {
  const { url, connections } = await httpServer(t, async (request, response) => {
    const { data } = (await json(request)) as { data: string };
    if (data === REFUSED) response.writeHead(503).end('{"code":"OVERLOADED"}');
    else response.end(JSON.stringify({ data: data === WRONG ? 'no' : EXPECTED }));
  });
  const stream = { label: 'all', texts: TEXTS, perSecond: 50, connections: 1 };
  const load = startLoad({ url, streams: [stream, { ...stream, label: 'fresh', requestsEach: 1 }] });
  t.after(load.kill);

  await until(t, () =>
    ['all', 'fresh'].every((label) => load.answers.filter((each) => each.label === label).length > 3),
  );
  await load.stop();

  const seen = load.answers.filter(({ label }) => label === 'all').slice(0, 3);
  assert.equal(RIGHT, `7.0.${'👍🏽'.repeat(8)}`);
  const words = seen.map(({ status, code, isRight }) => `${status} ${code} ${isRight}`);
  assert.deepEqual(words, ['200  true', '200  false', '503 OVERLOADED false']);
  assert.equal(connections(), 1 + load.answers.filter(({ label }) => label === 'fresh').length);
});

test('if a load generator is killed in the middle of a line, its load fails, and earlier reports are kept', async () => {
  const halfReport = `
    process.stdout.write('{"answers":[{"label":"first"}],"delays":[]}\\n{"answers":[{"tookMs":1.');
    process.kill(process.pid, 'SIGKILL');`;

  const load = loadOf(spawn(process.execPath, ['-e', halfReport]));

  await assert.rejects(load.done, /ended with SIGKILL/);
  assert.deepEqual(pick(load.answers, 'label'), ['first']);
});

test('a load that is stopped before its generator has begun ends without an error', async () => {
  const notReady = loadOf(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']));

  await notReady.stop();

  assert.deepEqual(notReady.answers, []);
});
