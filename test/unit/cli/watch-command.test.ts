import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { newFile } from '../../support/folder.ts';
import { closedUrl } from '../../support/http-server.ts';
import { ran } from './shout-surroundings.ts';

test('a failed round of --once ends with 1 and one line', async () => {
  const { exitCode, stdout, stderr } = await ran(['watch', '--once', '--url', await closedUrl()]);

  assert.deepEqual([exitCode, stderr], [1, '']);
  const line = JSON.parse(stdout);
  assert.deepEqual([line.level, line.msg, line.cause], ['warn', 'a round failed', 'service']);
  assert.match(line.reason, /^nothing is answered: .*ECONNREFUSED/);
});

test('a state file that holds no state is reported and replaced', async (t) => {
  const state = await newFile(t, 'garbage');

  const { stdout } = await ran(['watch', '--once', '--url', await closedUrl(), '--state', state]);

  assert.match(stdout, /^\{"level":"warn",.*holds no state/);
  assert.equal(JSON.parse(await readFile(state, 'utf8')).contrary.rounds, 1);
});

const SECRET = 's3cr3t';

test('every problem with webhooks is named, without their addresses', async () => {
  const args = ['watch', '--once', '--notify', `${SECRET}.example`, '--notify', `ftp://${SECRET}`];

  const { exitCode, stdout, stderr } = await ran(args);

  assert.deepEqual([exitCode, stdout], [2, '']);
  assert.match(stderr, /^tuohs: webhook 1 .*\ntuohs: webhook 2 .*\ntuohs: --once .* needs --state.*\n$/);
  assert.ok(!stderr.includes(SECRET));
});

test('webhooks from the environment and from a file at once are wrong usage', async () => {
  const environment = { TUOHS_WATCH_NOTIFY: 'https://a.example', TUOHS_WATCH_NOTIFY_FILE: '/dev/null' };

  const { exitCode, stderr } = await ran(['watch', '--once'], { environment });

  assert.equal(exitCode, 2);
  assert.match(stderr, /TUOHS_WATCH_NOTIFY and TUOHS_WATCH_NOTIFY_FILE are both set/);
});

const WRONG = [
  ...['--interval 30', '--timeout 0s', '--down-after 0', '--up-after x', '--format teams', 'now'],
  ...['--url ftp://shout.example', '--state /no/such/folder/state.json'],
];
for (const line of WRONG) {
  test(`watch ${line} is wrong usage`, async () => {
    const { exitCode, stdout, stderr } = await ran(['watch', ...line.split(' ')]);

    assert.deepEqual([exitCode, stdout], [2, '']);
    assert.match(stderr, /^tuohs: .+\n$/);
  });
}
