import { faultView } from './break-faults.ts';
import { sendMany } from './break-many.ts';
import { stripView } from './break-strip.ts';
import { find } from './find.ts';
import { statusLink } from './status-link.ts';

/** What the service says about the SHOUTCLOUD server that came with it. */
export interface BreakState {
  readonly fault: string;
  readonly faults: readonly { readonly name: string; readonly about: string }[];
  readonly breaker: string;
  readonly entries: readonly StripEntry[];
}

export interface StripEntry {
  readonly number: number;
  readonly epochMs: number;
  readonly kind: string;
  readonly says: string;
}

const ADDRESS = 'playground/shoutcloud';
const PERIOD_MS = 1000;

const breaker = find('breaker', HTMLElement);
const faults = faultView(find('faults', HTMLElement), find('about-fault', HTMLElement), choose);
const strip = stripView(find('strip', HTMLElement));
const status = statusLink(find('status', HTMLAnchorElement));
sendMany(find('send-many', HTMLButtonElement), find('tally', HTMLElement));
void watch();

/** One question a second at most, and none while nobody can see the answer. */
async function watch(): Promise<void> {
  for (;;) {
    if (!document.hidden) await follow(fetch(`${ADDRESS}?after=${strip.last()}`));
    await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
  }
}

function choose(fault: string): Promise<void> {
  const body = JSON.stringify({ fault });
  return follow(fetch(ADDRESS, { method: 'POST', headers: { 'content-type': 'application/json' }, body }));
}

async function follow(asked: Promise<Response>): Promise<void> {
  try {
    const response = await asked;
    if (!response.ok) throw new Error(`status ${response.status}`);
    const state: BreakState = await response.json();
    faults.show(state);
    strip.add(state.entries);
    showBreaker(`The breaker is ${state.breaker}.`);
  } catch {
    showBreaker('tuohs does not answer.');
  }
}

/** What it says is half of what the status says. */
function showBreaker(sentence: string): void {
  if (sentence === breaker.textContent) return;
  breaker.textContent = sentence;
  status.refresh();
}
