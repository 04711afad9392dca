import { find } from './find.ts';

export interface TextBox {
  text(): string;
}

/** Longer texts are whispered in smaller type, so that the shout stays the louder of the two. */
const SHORT_LENGTH = 120;
const SHORT_LINES = 4;

/** The box that people type in; it grows with its text. Tells of the text at once, for a reload may bring one along. */
export function textBox(onText: (text: string) => void): TextBox {
  const box = find('text', HTMLTextAreaElement);
  const frame = find('frame', HTMLElement);
  box.addEventListener('input', (event) => {
    // Half-composed characters are nothing that anybody said.
    if (!(event instanceof InputEvent && event.isComposing)) tell();
  });
  box.addEventListener('compositionend', tell);
  tell();
  return { text: () => box.value };

  function tell(): void {
    const text = box.value;
    frame.dataset.text = text;
    frame.classList.toggle('long', isLong(text));
    onText(text);
  }
}

function isLong(text: string): boolean {
  return text.length > SHORT_LENGTH || text.split('\n').length > SHORT_LINES;
}
