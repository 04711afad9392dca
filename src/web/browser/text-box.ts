import { find } from './elements.ts';
import { afterPause } from './timing.ts';

export interface TextBoxOptions {
  /** Called with each new text, including one from a link or a reload. */
  readonly onText: (text: string) => void;
  /** Called when the text should be asked for at once, without waiting for a pause in typing. */
  readonly onEnter: () => void;
}

/** A longer text gets a smaller font, so that the answer remains more prominent than the text. */
const SHORT_LENGTH = 120;
const SHORT_LINES = 4;

/** The box for the text. It grows with its text, and keeps the text in the page's address. */
export function textBox({ onText, onEnter }: TextBoxOptions) {
  const box = find('text', HTMLTextAreaElement);
  const frame = find('frame', HTMLElement);
  const keep = addressKeeper();
  box.addEventListener('input', (event) => {
    // A character that is still being composed is not yet a part of the text.
    if (!(event instanceof InputEvent && event.isComposing)) changed();
  });
  box.addEventListener('compositionend', changed);
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    onEnter();
  });
  addEventListener('hashchange', readAddress);
  readAddress();
  changed();
  return {
    text: () => box.value,
    /** Replaces the text and asks for its answer at once. */
    setText(text: string): void {
      box.value = text;
      changed();
      onEnter();
    },
  };

  function readAddress(): void {
    const text = textInAddress();
    if (text === undefined || text === box.value) return;
    box.value = text;
    changed();
  }

  function changed(): void {
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

const NAME = '#text=';

/** Reads the text after the `#` of the address. Browsers never send that part to a server. */
function textInAddress(): string | undefined {
  if (!location.hash.startsWith(NAME)) return undefined;
  try {
    return decodeURIComponent(location.hash.slice(NAME.length));
  } catch {
    return undefined;
  }
}

/** The address changes only after this pause, because browsers refuse changes that follow each other too quickly. */
const KEEP_AFTER_MS = 400;

/** Returns a function that keeps a text in the address, so that a reload, Back and a shared link bring it back. */
function addressKeeper(): (text: string) => void {
  // Unset once the address has the text. Otherwise, this text could overwrite a pasted link before `hashchange` is reported.
  let unsaved: string | undefined;
  const pause = afterPause(KEEP_AFTER_MS, write);
  addEventListener('pagehide', write);
  return (text) => {
    unsaved = text === (textInAddress() ?? '') ? undefined : text;
    pause.start();
  };

  function write(): void {
    if (unsaved === undefined) return;
    const { pathname, search } = location;
    const hash = unsaved === '' ? '' : NAME + encodeURIComponent(unsaved.toWellFormed());
    unsaved = undefined;
    try {
      history.replaceState(history.state, '', pathname + search + hash);
    } catch {
      // The address is too long or was changed too often. The page works without it.
    }
  }
}
