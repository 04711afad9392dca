import { ask } from './ask.ts';
import { find, statusLink } from './elements.ts';

/** The answer of the service about the SHOUTCLOUD server that runs in it. */
interface BreakState {
  readonly fault: string;
  readonly faults: readonly { readonly name: string; readonly about: string }[];
  readonly breaker: string;
  readonly entries: readonly StripEntry[];
}

interface StripEntry {
  readonly number: number;
  readonly epochMs: number;
  readonly kind: string;
  readonly says: string;
}

const ADDRESS = 'playground/shoutcloud';
const PERIOD_MS = 1000;

const breaker = find('breaker', HTMLElement);
const status = statusLink(find('status', HTMLAnchorElement));
const faults = faultButtons(find('faults', HTMLElement), find('about-fault', HTMLElement));
const strip = stripView(find('strip', HTMLElement));
sendManyOnClick(find('send-many', HTMLButtonElement), find('tally', HTMLElement));
void watch();

/** Asks once a second, and not while the page is hidden. */
async function watch(): Promise<void> {
  for (;;) {
    if (!document.hidden) await show(fetch(`${ADDRESS}?after=${strip.last()}`));
    await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
  }
}

function choose(fault: string): Promise<void> {
  const body = JSON.stringify({ fault });
  return show(fetch(ADDRESS, { method: 'POST', headers: { 'content-type': 'application/json' }, body }));
}

async function show(asked: Promise<Response>): Promise<void> {
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

/** The state of the breaker is a part of the service's status, so both are refreshed together. */
function showBreaker(sentence: string): void {
  if (sentence === breaker.textContent) return;
  breaker.textContent = sentence;
  status.refresh();
}

/** A radio button for each fault. They are made when the first state arrives. */
function faultButtons(group: HTMLElement, about: HTMLElement) {
  const buttons = new Map<string, HTMLInputElement>();
  return {
    show({ fault, faults }: BreakState): void {
      for (const { name } of faults) if (!buttons.has(name)) group.append(option(name));
      const chosen = buttons.get(fault);
      if (chosen) chosen.checked = true;
      about.textContent = faults.find(({ name }) => name === fault)?.about ?? '';
    },
  };

  function option(name: string): HTMLElement {
    const label = document.createElement('label');
    const button = document.createElement('input');
    button.type = 'radio';
    button.name = 'fault';
    button.addEventListener('change', () => void choose(name));
    buttons.set(name, button);
    label.append(button, name);
    return label;
  }
}

/** Older lines are removed. */
const MOST_LINES = 100;

/** What happens in the service: one line for each entry, the newest first. */
function stripView(list: HTMLElement) {
  let last = 0;
  return {
    /** The number of the newest entry. */
    last: () => last,
    add(entries: readonly StripEntry[]): void {
      // Numbers start again when the service has restarted.
      if (entries[0] && entries[0].number <= last) list.replaceChildren();
      for (const entry of entries) {
        last = entry.number;
        list.prepend(line(entry));
      }
      while (list.childElementCount > MOST_LINES) list.lastElementChild?.remove();
    },
  };
}

function line({ epochMs, kind, says }: StripEntry): HTMLElement {
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = new Date(epochMs).toLocaleTimeString('en-GB');
  item.dataset.kind = kind;
  item.append(time, says);
  return item;
}

const WORDS = ['quiet', 'whisper', 'murmur', 'hush', 'mumble', 'breath', 'rustle', 'sigh', 'purr', 'hum'];

/** On a click, sends ten texts that the service can know and ten new ones, and checks each answer. */
function sendManyOnClick(button: HTMLButtonElement, counted: HTMLElement): void {
  button.addEventListener('click', async () => {
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    const run = Math.random().toString(36).slice(2, 8);
    const texts = WORDS.flatMap((word) => [word, `${word} ${run}`]);
    const counts = { right: 0, refused: 0, wrong: 0 };
    counted.textContent = '';
    for (const [index, text] of texts.entries()) {
      counts[await outcome(text)]++;
      const { right, refused, wrong } = counts;
      counted.textContent = `${index + 1} of ${texts.length}: ${right} right, ${refused} refused, ${wrong} wrong`;
    }
    button.ariaDisabled = 'false';
  });
}

async function outcome(text: string): Promise<'right' | 'refused' | 'wrong'> {
  const reply = await ask(text, AbortSignal.timeout(30_000));
  if (!('shout' in reply)) return 'refused';
  return reply.shout === [...text].reverse().join('').toUpperCase() ? 'right' : 'wrong';
}
