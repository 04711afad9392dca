import assert from 'node:assert/strict';
import { test } from 'node:test';
import { complaint } from '../../scripts/delivery/command.ts';

/** A longer input than the kernel buffers for a program that does not read. */
const LONG = 'x'.repeat(1_000_000);

test('a program that fails without reading its input: its own message is shown', () => {
  assert.match(complaint('helm', ['no-such-command'], LONG) ?? '', /unknown command "no-such-command"/);
});

test('a program that succeeds without reading its input has succeeded', () => {
  assert.equal(complaint('helm', ['version'], LONG), undefined);
});
