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
const refreshStatus = statusLink(find('status', HTMLAnchorElement));
const faultGroup = find('faults', HTMLElement);
const aboutFault = find('about-fault', HTMLElement);
const buttons = new Map<string, HTMLInputElement>();
const strip = find('strip', HTMLElement);
let lastEntry = 0;
let choices = 0;
const sendMany = find('send-many', HTMLButtonElement);
const counted = find('tally', HTMLElement);
sendMany.addEventListener('click', sendTexts);
void watch();

/** Asks for the state once a second, except while the page is hidden. */
async function watch(): Promise<void> {
  for (;;) {
    if (!document.hidden) await show(fetch(`${ADDRESS}?after=${lastEntry}`));
    await new Promise((resolve) => setTimeout(resolve, PERIOD_MS));
  }
}

function choose(fault: string): Promise<void> {
  choices++;
  // The shown counts belong to the previous fault. A run that is not over yet shows its counts again.
  counted.textContent = '';
  const body = JSON.stringify({ fault });
  return show(fetch(ADDRESS, { method: 'POST', headers: { 'content-type': 'application/json' }, body }));
}

async function show(asked: Promise<Response>): Promise<void> {
  const choice = choices;
  try {
    const response = await asked;
    if (!response.ok) throw new Error(`status ${response.status}`);
    const state: BreakState = await response.json();
    // Ignores an answer that is older than the last choice, because it would undo that choice.
    if (choice !== choices) return;
    showFaults(state);
    showEntries(state.entries);
    showBreaker(`The breaker is ${state.breaker}.`);
  } catch {
    showBreaker('tuohs does not answer.');
  }
}

/** The state of the breaker is a part of the service's status, so both are refreshed together. */
function showBreaker(sentence: string): void {
  if (sentence === breaker.textContent) return;
  breaker.textContent = sentence;
  refreshStatus();
}

/** A radio button for each fault. They are made when the first state arrives. */
function showFaults({ fault, faults }: BreakState): void {
  for (const { name, about } of faults) {
    const button = buttons.get(name) ?? newButton(name);
    button.checked = name === fault;
    if (button.checked) aboutFault.textContent = about;
  }
}

function newButton(name: string): HTMLInputElement {
  const button = document.createElement('input');
  button.type = 'radio';
  button.name = 'fault';
  button.addEventListener('change', () => void choose(name));
  buttons.set(name, button);
  const label = document.createElement('label');
  label.append(button, name);
  faultGroup.append(label);
  return button;
}

/** Older lines are removed. */
const MOST_LINES = 100;

/** What happens in the service: one line for each entry, the newest first. */
function showEntries(entries: readonly StripEntry[]): void {
  // If the numbers start again, the service has restarted.
  if (entries[0] && entries[0].number <= lastEntry) strip.replaceChildren();
  strip.prepend(...entries.map(line).reverse());
  lastEntry = entries.at(-1)?.number ?? lastEntry;
  while (strip.childElementCount > MOST_LINES) strip.lastElementChild?.remove();
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

/** Sends ten texts that are the same in every run and ten new ones, and checks each answer. */
async function sendTexts(): Promise<void> {
  if (sendMany.ariaDisabled === 'true') return;
  sendMany.ariaDisabled = 'true';
  const run = Math.random().toString(36).slice(2, 8);
  const texts = WORDS.flatMap((word) => [word, `${word} ${run}`]);
  const counts = { right: 0, refused: 0, wrong: 0 };
  counted.textContent = '';
  for (const [index, text] of texts.entries()) {
    counts[await outcome(text)]++;
    const { right, refused, wrong } = counts;
    counted.textContent = `${index + 1} of ${texts.length}: ${right} right, ${refused} refused, ${wrong} wrong`;
  }
  sendMany.ariaDisabled = 'false';
}

async function outcome(text: string): Promise<'right' | 'refused' | 'wrong'> {
  const reply = await ask(text, AbortSignal.timeout(30_000));
  if (!('shout' in reply)) return 'refused';
  return reply.shout === [...text].reverse().join('').toUpperCase() ? 'right' : 'wrong';
}
