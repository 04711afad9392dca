import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterPause, newestOnly } from '../../../src/web/browser/timing.ts';
import { settled } from '../../support/fake-clock.ts';

/**
 * Before the arrow is the script: `later=a` types a text, `now=a` asks at once, `stop` stops, `answer=1` answers the first request,
 * `+149` lets 149 ms pass. After the arrow are the requests, the aborted requests, and the answers that are shown.
 */
const CASES = {
  'a burst of typing asks nothing before it pauses': 'later=h +149 later=he +149 later=hel +149 => ; ; ',
  'when typing pauses, it asks once, for the last text':
    'later=h +149 later=he +149 later=hel +150 => hel; ; ',
  'if answers come out of order, only that of the newest text is shown':
    'now=first now=second answer=2 answer=1 => first second; first; SECOND',
  'the next letter aborts the request that is under way, before typing pauses':
    'now=first later=more answer=1 => first; first; ',
  'after a stop, it neither asks nor shows an answer':
    'now=first later=second stop +1000 answer=1 => first; first; ',
};
for (const [what, row] of Object.entries(CASES)) {
  test(what, async (t) => {
    const [script = '', seen] = row.split(' => ');
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const asked: { text: string; signal: AbortSignal; answer: (reply: string) => void }[] = [];
    const shown: string[] = [];
    const typist = newestOnly<string>({
      pauseMs: 150,
      ask(text, signal) {
        const { promise, resolve: answer } = Promise.withResolvers<string>();
        asked.push({ text, signal, answer });
        return promise;
      },
      show: (reply) => shown.push(reply),
    });

    for (const step of script.split(' ')) {
      const [does = '', value = ''] = step.split('=');
      const request = asked[Number(value) - 1];
      if (does.startsWith('+')) t.mock.timers.tick(Number(does));
      else if (does === 'answer') request?.answer(request.text.toUpperCase());
      else typist[does as keyof typeof typist](value);
    }
    await settled();

    const aborted = asked.filter(({ signal }) => signal.aborted);
    const texts = [asked, aborted].map((requests) => requests.map(({ text }) => text).join(' '));
    assert.equal([...texts, shown.join(' ')].join('; '), seen);
  });
}

test('only the last of several values that follow each other quickly is used', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const used: string[] = [];
  const pause = afterPause<string>(100, (value) => used.push(value));

  for (const value of ['first', 'second']) pause.start(value);
  t.mock.timers.tick(100);

  assert.deepEqual(used, ['second']);
});
