import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { duration } from '../../../src/cli/arguments.ts';
import { stopSignals } from '../../../src/cli/own-process.ts';
import { fakeClock, settled } from '../../support/fake-clock.ts';
import { matches, read } from '../../support/pages.ts';
import { ran } from './shout-surroundings.ts';

for (const [what, args, environment, words] of [
  ['wrong settings', [], { PORT: 'x', LOG_LEVEL: 'y' }, /^tuohs: PORT .*\ntuohs: LOG_LEVEL .*\n$/],
  ['two SHOUTCLOUDs', ['--embedded-shoutcloud'], { SHOUTCLOUD_URL: 'http://a' }, /^tuohs: .*both given.*\n$/],
] as const) {
  test(`${what}: the start ends with 2 and a sentence for each problem`, async () => {
    const { exitCode, stderr } = await ran(['serve', ...args], { environment });

    assert.equal(exitCode, 2);
    assert.match(stderr, words);
  });
}

for (const [what, error, shown, words] of [
  ['a bug', new TypeError('no call'), 'its place', /^tuohs: TypeError: no call\n +at .*program\.test/],
  ['a failed request', new TypeError('no fetch', { cause: 'reset' }), 'a sentence', /^tuohs: no fetch\n$/],
  ['any other error', new Error('the disk is full'), 'a sentence', /^tuohs: the disk is full\n$/],
] as const) {
  test(`${what} ends a command with 1 and ${shown}`, async () => {
    const environment = {
      get PORT(): string {
        throw error;
      },
    };

    const { exitCode, stderr } = await ran(['serve'], { environment });

    assert.equal(exitCode, 1);
    assert.match(stderr, words);
  });
}

for (const args of [['shuot'], ['help', 'shuot']]) {
  test(`a mistyped command (${args.join(' ')}) ends with 2 and one line that names the nearest command`, async () => {
    const { exitCode, stderr } = await ran(args);

    assert.deepEqual([exitCode, stderr], [2, "tuohs: unknown command 'shuot' (Did you mean shout?)\n"]);
  });
}

for (const args of [
  ['help', 'completion'],
  ['completion', '--help'],
]) {
  test(`${args.join(' ')} says how a shell uses the script`, async () => {
    const { exitCode, stdout } = await ran(args);

    assert.equal(exitCode, 0);
    assert.match(stdout.replaceAll(/\s+/g, ' '), /source <\(tuohs completion bash\)/);
  });
}

test('docs/command-line.md explains each command that the help lists', async () => {
  const { stdout } = await ran(['--help']);
  const [, listed = ''] = stdout.split('Commands:');
  const commands = matches(listed, /^ {2}([a-z]+)/gm);

  assert.ok(commands.length > 5);
  for (const command of commands)
    assert.match(read('docs/command-line.md'), new RegExp(`tuohs ${command}\\b`));
});

for (const [text, ms] of Object.entries({ '500ms': 500, '30s': 30_000, '1.5m': 90_000, '1h': 3_600_000 })) {
  test(`${text} is ${ms} milliseconds`, () => {
    assert.equal(duration(text), ms);
  });
}

for (const text of ['', '30', 's', '-1s', '1 s', '1S', '1e3s', '.5s', '9ms', '25h', '30s ', 'NaNs']) {
  test(`${JSON.stringify(text)} is not a duration, and the message says what is`, () => {
    const message = 'It must be a number with a unit (ms, s, m or h), from 10ms to 24h.';
    assert.throws(() => duration(text), { message });
  });
}

for (const [signals, pauseMs, expected] of [
  ['SIGTERM', 0, 1],
  ['SIGINT', 0, 1],
  ['SIGHUP', 0, 1],
  ['SIGTERM SIGINT', 0, 2],
  // With `SendSIGHUP=yes`, systemd sends SIGTERM and SIGHUP, and the kernel can deliver them in either order.
  ['SIGTERM SIGHUP', 0, 1],
  ['SIGHUP SIGTERM', 0, 1],
  ['SIGTERM SIGHUP', 1000, 2],
  ['SIGTERM SIGINT SIGHUP', 0, 2],
  // A terminal signals the whole process group of `make debug` or `npm start`, and make and npm pass the signal on.
  ['SIGTERM SIGTERM', 999, 1],
  ['SIGINT SIGINT', 1000, 2],
  ['SIGINT SIGINT SIGINT', 500, 2],
] as const) {
  test(`${signals}, ${pauseMs} ms apart, resolve ${expected} of the two promises, even if these are read later`, async () => {
    const process = new EventEmitter();
    const clock = fakeClock();
    const { first, second } = stopSignals(process, clock);
    let count = 0;
    for (const signal of signals.split(' ')) {
      process.emit(signal);
      await clock.advance(pauseMs);
    }
    await settled();

    for (const stop of [first, second]) void stop.then(() => count++);
    await settled();

    assert.equal(count, expected);
  });
}
