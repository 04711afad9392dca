import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { askJson } from '../support/ask.ts';
import { type RunningService, runningService } from './service.ts';

let running: RunningService;
const endings: (() => Promise<void>)[] = [];
const ending = { after: (run: () => Promise<void>) => void endings.push(run) };
after(() => Promise.all(endings.map((end) => end())));

before(async () => {
  const environment = { UPSTREAM_RETRIES: '0', ATTEMPT_TIMEOUT_MS: '300', REQUEST_DEADLINE_MS: '300' };
  running = await runningService(ending, {}, environment);
});

for (const fault of ['wrong', 'longer', 'lower', 'crossed', 'wrong-input', 'no-output', 'double-output']) {
  test(`an answer that is ${fault} is never a 200 and never stored`, async () => {
    const { url, shoutcloud } = running;

    shoutcloud.setFaults(fault);
    const wrong = await askJson(url, { data: `text of ${fault}` });
    shoutcloud.setFaults('');
    const right = await askJson(url, { data: `text of ${fault}` });

    assert.deepEqual([wrong.status, JSON.parse(wrong.body).code], [503, 'UPSTREAM_WRONG']);
    assert.equal(right.status, 200);
    assert.match(String(right.headers['cache-status']), /fwd=miss/);
  });
}

for (const fault of ['hang', 'stall', 'drip=1000']) {
  test(`an upstream in ${fault} is answered for in time`, async () => {
    running.shoutcloud.setFaults(fault);

    const { status, headers, body } = await askJson(running.url, { data: `text of ${fault}` });

    assert.ok(status === 503 || status === 504, body);
    assert.match(body, /"Failed to contact shoutcloud api"/);
    assert.match(String(headers['retry-after']), /^\d+$/);
  });
}
