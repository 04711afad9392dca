import { TuohsError } from '../../src/core/errors.ts';
import { LeaveController } from '../../src/core/leave-signal.ts';
import type { Shouter } from '../../src/core/shouter.ts';
import type { CallRules } from './call-rules.ts';
import type { Dice } from './dice.ts';
import type { Journal } from './journal.ts';
import type { Crowd, Scenario } from './scenario.ts';
import { textOf } from './texts.ts';

/** How many popular texts there are. About one call in ten asks for the most popular one. */
const POPULAR = 1000;

/** Starts the callers of each crowd in the scenario, at their times. */
export function startCallers(
  { crowds }: Scenario,
  { shouter, rules }: { shouter: Shouter; rules: CallRules },
  { dice: roll, journal }: { dice: Dice; journal: Journal },
): void {
  const { clock, coverage } = journal;
  const startedAt = clock.now();
  let unknown = POPULAR;
  for (const crowd of crowds) clock.after(crowd.from, () => come(crowd));

  function come(crowd: Crowd): void {
    if (clock.now() - startedAt >= crowd.to) return;
    const common = textFor(crowd);
    for (let i = 0; i < crowd.groupSize; i++) ask(crowd.texts === 'equal' ? common : textFor(crowd), crowd);
    const gapMs = (-Math.log(1 - roll.next()) * 1000) / crowd.groupsASecond;
    clock.after(Math.round(gapMs), () => come(crowd));
  }

  function textFor({ texts, poison }: Crowd): string {
    if (texts === 'zipf') return textOf(Math.floor(POPULAR ** roll.next()));
    return textOf(unknown++, roll.chance(poison));
  }

  function ask(text: string, { hangUps, patienceMs }: Crowd): void {
    const signal = new LeaveController();
    const call = rules.started(text);
    journal.note('call', () => `${call.id}`);
    const answer = shouter.shout(text, { signal, deadline: Number.POSITIVE_INFINITY, texts: 1 });
    if (!(answer instanceof Promise)) return rules.answered(call, answer, true);
    const hangsUp = roll.chance(hangUps)
      ? clock.after(Math.round(roll.next() * patienceMs), leave)
      : () => {};
    answer.then(
      (shout) => {
        hangsUp();
        journal.note('answer', () => `${call.id} ${shout.source}`);
        rules.answered(call, shout, false);
      },
      (error) => {
        hangsUp();
        journal.note('error', () => `${call.id} ${error instanceof TuohsError ? error.code : error}`);
        rules.failed(call, error);
      },
    );

    function leave(): void {
      coverage.hangUps++;
      call.hasLeft = true;
      journal.note('leaves', () => `${call.id}`);
      signal.abort(new TuohsError('UPSTREAM_TIMEOUT', 'the caller left'));
    }
  }
}
