import { find } from './find.ts';
import { fragmentKeeper, textInFragment } from './fragment.ts';

export interface TextBox {
  text(): string;
  /** Replaces the text and asks at once. */
  say(text: string): void;
}

export interface TextBoxOptions {
  /** Told of each text at once, also of one that a reload or a link brought along. */
  readonly onText: (text: string) => void;
  /** The person wants an answer now. */
  readonly onEnter: () => void;
}

/** Longer texts are whispered in smaller type, so that the shout stays the louder of the two. */
const SHORT_LENGTH = 120;
const SHORT_LINES = 4;

/** The box that people type in. It grows with its text, and keeps it in the address. */
export function textBox({ onText, onEnter }: TextBoxOptions): TextBox {
  const box = find('text', HTMLTextAreaElement);
  const frame = find('frame', HTMLElement);
  const keep = fragmentKeeper();
  box.addEventListener('input', (event) => {
    // Half-composed characters are nothing that anybody said.
    if (!(event instanceof InputEvent && event.isComposing)) tell();
  });
  box.addEventListener('compositionend', tell);
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    onEnter();
  });
  addEventListener('hashchange', follow);
  follow();
  tell();
  return {
    text: () => box.value,
    say(text) {
      box.value = text;
      tell();
      onEnter();
    },
  };

  function follow(): void {
    const text = textInFragment();
    if (text === undefined || text === box.value) return;
    box.value = text;
    tell();
  }

  function tell(): void {
    const text = box.value;
    frame.dataset.text = text;
    frame.classList.toggle('long', isLong(text));
    keep(text);
    onText(text);
  }
}

function isLong(text: string): boolean {
  return text.length > SHORT_LENGTH || text.split('\n').length > SHORT_LINES;
}
