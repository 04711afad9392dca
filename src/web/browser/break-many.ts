import { ask } from './ask.ts';

const WORDS = ['quiet', 'whisper', 'murmur', 'hush', 'mumble', 'breath', 'rustle', 'sigh', 'purr', 'hum'];

/** On a click, sends ten texts that the service may know and ten that nobody has asked for, and checks each answer. */
export function sendMany(button: HTMLButtonElement, tally: HTMLElement): void {
  button.addEventListener('click', async () => {
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    const counts = { right: 0, refused: 0, wrong: 0 };
    const all = texts();
    tally.textContent = '';
    for (const [index, text] of all.entries()) {
      counts[await outcome(text)]++;
      const { right, refused, wrong } = counts;
      tally.textContent = `${index + 1} of ${all.length}: ${right} right, ${refused} refused, ${wrong} wrong`;
    }
    button.ariaDisabled = 'false';
  });
}

function texts(): string[] {
  const run = Math.random().toString(36).slice(2, 8);
  return WORDS.flatMap((word) => [word, `${word} ${run}`]);
}

async function outcome(text: string): Promise<'right' | 'refused' | 'wrong'> {
  const reply = await ask(text, AbortSignal.timeout(30_000));
  if (!('shout' in reply)) return 'refused';
  return reply.shout === [...text].reverse().join('').toUpperCase() ? 'right' : 'wrong';
}
