import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptError, TuohsError } from '../../../src/core/errors.ts';
import type { Shout } from '../../../src/core/shouter.ts';
import { coalescedShouter, missLimitedShouter } from '../../../src/upstream/coalesced-shouter.ts';
import { testCall } from '../../support/call.ts';
import { settled } from '../../support/fake-clock.ts';
import { layerUnderTest } from '../../support/layer.ts';

/**
 * Before the arrow is the script. `1=abc`: caller 1 asks for a text. `!1`: caller 1 leaves, perhaps before it asks. The upstream
 * goes on with an abandoned call unless it `listens`. `answer` and `fail` end all calls of the upstream. After the arrow is what
 * the callers get, the texts that the upstream is asked for, how many callers wait and how many flights are left, and the events.
 */
const CASES = {
  'callers with the same text share one flight':
    '1=a 2=a 3=a answer => 1 A, 2 A shared, 3 A shared; asked a; 0 wait, 0 fly; coalesced coalesced',
  'callers with different texts do not share a flight':
    '1=a 2=__proto__ 3=A 4=a\t answer => 1 A, 2 __PROTO__, 3 A, 4 A\t; asked a __proto__ A a\t; 0 wait, 0 fly; ',
  'a failed flight fails all its callers, and the next caller starts a new one':
    '1=a 2=a fail 3=a answer => 1 failed, 2 failed, 3 A; asked a a; 0 wait, 0 fly; coalesced',
  'if the first of two leaves, the other one is answered':
    '1=a 2=a !1 answer => 1 A, 2 A shared; asked a; 0 wait, 0 fly; coalesced',
  'if the second of two leaves, the first one is answered':
    '1=a 2=a !2 answer => 1 A, 2 A shared; asked a; 0 wait, 0 fly; coalesced',
  'a flight goes on while one of its callers waits':
    'listens 1=a 2=a !1 => ; asked a; 1 wait, 1 fly; coalesced',
  'a flight is cancelled when all its callers have left':
    'listens 1=a 2=a !1 !2 => 1 no caller waits any more, 2 left; asked a; 0 wait, 0 fly; coalesced',
  'a caller that left before it began does not count, and nothing is asked':
    '!1 1=a => 1 left; asked ; 0 wait, 0 fly; ',
  'callers that join an abandoned flight that succeeds share it':
    '1=a !1 2=a 3=a answer => 1 A, 2 A shared, 3 A shared; asked a; 0 wait, 0 fly; coalesced coalesced',
  'callers that join an abandoned flight that fails share a new one':
    '1=a !1 2=a 3=a fail answer => 1 failed, 2 A, 3 A shared; asked a a; 0 wait, 0 fly; coalesced coalesced coalesced',
  'the place of a caller that is answered is free': 'max=1 1=a answer 2=b => 1 A; asked a b; 1 wait, 1 fly; ',
  'the place of a caller that failed is free': 'max=1 1=a fail 2=b => 1 failed; asked a b; 1 wait, 1 fly; ',
  'the place of a caller that left is free': 'max=1 1=a !1 2=b => ; asked a b; 1 wait, 2 fly; ',
  'a place is given back once': 'max=1 1=a answer !1 2=b => 1 A; asked a b; 1 wait, 1 fly; ',
  'while the highest number of callers wait, the next caller is refused at once':
    'max=2 1=a 2=b 3=c => 3 OVERLOADED; asked a b; 2 wait, 2 fly; shed misses',
  'while the process has no time for unknown texts, each caller is refused at once':
    'pressed 1=a => 1 OVERLOADED; asked ; 0 wait, 0 fly; shed misses',
};
for (const [what, row] of Object.entries(CASES)) {
  test(what, async () => {
    const [script = '', seen] = row.split(' => ');

    assert.equal(await played(script.split(' ')), seen);
  });
}

test('a flight lasts until the latest deadline of its callers', () => {
  const { upstream, shout } = layerUnderTest(coalescedShouter);
  upstream.hold();

  for (const deadline of [2000, 5000, 3000]) void shout('abc', testCall({ deadline }));

  assert.equal(upstream.received[0]?.deadline, 5000);
});

/** Coalesced callers behind a limit of waiting callers. */
async function played(script: readonly string[]): Promise<string> {
  const maxWaiting = Number(script[0]?.split('max=')[1] ?? 100);
  const isPressed = () => script.includes('pressed');
  const { layer, upstream, world, shout } = layerUnderTest(
    (upstream, world) => {
      const coalesced = coalescedShouter(upstream, world);
      const options = { waiting: coalesced.waiting, maxWaiting, isPressed };
      return { ...coalesced, ...missLimitedShouter(coalesced, options, world) };
    },
    { says: { stored: true } },
  );
  const callers = new Map<string, AbortController>();
  const ends: string[] = [];
  upstream.hold(script.includes('listens') ? 'listening' : 'deaf');
  for (const step of script) {
    const [, leaves, name = '', value = ''] = /^(!?)(\w+)=?(.*)$/.exec(step) ?? [];
    if (name === 'answer') upstream.answerHeld();
    else if (name === 'fail') upstream.failHeld(new AttemptError('timeout', 'failed'));
    else if (leaves) caller(name).abort(new TuohsError('UPSTREAM_TIMEOUT', 'left'));
    else if (value && name !== 'max') void ask(name, value);
    await settled();
  }
  const emitted = world.events.map((each) => ('reason' in each ? `${each.type} ${each.reason}` : each.type));
  const left = `${layer.waiting()} wait, ${layer.flights()} fly`;
  return [ends.sort().join(', '), `asked ${upstream.calls.join(' ')}`, left, emitted.join(' ')].join('; ');

  function caller(name: string): AbortController {
    const found = callers.get(name) ?? new AbortController();
    callers.set(name, found);
    return found;
  }

  async function ask(name: string, text: string): Promise<void> {
    const answer = shout(text, testCall({ signal: caller(name).signal }));
    ends.push(`${name} ${await answer.then(inWords, reasonOf)}`);
  }
}

function inWords({ text, collapsed, stored }: Shout): string {
  return text + (collapsed ? ' shared' : '') + (stored ? '' : ' lost');
}

function reasonOf({ code, message }: TuohsError): string {
  return code === 'OVERLOADED' ? code : message;
}
