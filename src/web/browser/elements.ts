import { field } from './ask.ts';
import { afterPause, newestOnly } from './timing.ts';

/** Returns the element with this id. The page has every element that its scripts ask for. */
export function find<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`the page has no ${kind.name} #${id}`);
}

export function textSetter(element: HTMLElement): (text: string) => void {
  return (text) => {
    element.textContent = text;
  };
}

const COPIED_MS = 1600;

export interface CopyButtonOptions {
  /** The element whose whole text is copied, even if only a part of it is visible. */
  readonly source: HTMLElement;
  readonly announce: (message: string) => void;
}

/**
 * Copies on a click. If the browser does not permit that (pages without TLS), it selects the text and says so.
 * The style sheet reserves room for the longest label, so the button keeps its size.
 */
export function copyButton(button: HTMLButtonElement, { source, announce }: CopyButtonOptions): void {
  const label = button.textContent;
  const reset = afterPause(COPIED_MS, textSetter(button));
  button.addEventListener('click', async () => {
    const isCopied = await copy(source);
    button.textContent = isCopied ? 'Copied' : 'Selected';
    announce(isCopied ? 'Copied' : 'The text is selected: copy it now.');
    reset.start(label);
  });
}

async function copy(source: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(source.textContent ?? '');
    return true;
  } catch {
    getSelection()?.selectAllChildren(source);
    return false;
  }
}

const UPSTREAM: Readonly<Record<string, string>> = {
  ok: 'SHOUTCLOUD answers',
  failing: 'SHOUTCLOUD fails',
  paused: 'SHOUTCLOUD pauses',
};

/** Returns a function that updates the text of the link to `v1/status`. The text says how SHOUTCLOUD is doing. */
export function statusLink(link: HTMLAnchorElement): () => void {
  const newest = newestOnly({ ask: upstreamState, show: textSetter(link) });
  return () => newest.now(link.href);
}

async function upstreamState(url: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(url, { signal }).catch(() => undefined);
  const state = field(await response?.json().catch(() => undefined), 'upstream') ?? '';
  return (Object.hasOwn(UPSTREAM, state) && UPSTREAM[state]) || 'Status';
}
