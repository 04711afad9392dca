/** Returns the element with this id. The page has every element that its scripts ask for. */
export function find<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`the page has no ${kind.name} #${id}`);
}

/** While someone types, answers follow each other quickly. Only an answer that stays is announced. */
const ANNOUNCE_AFTER_MS = 700;

/** Returns a function that makes screen readers announce a message, unless another one follows at once. */
export function announcer(region: HTMLElement): (message: string) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (message) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      region.textContent = message;
    }, ANNOUNCE_AFTER_MS);
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
  let timer: ReturnType<typeof setTimeout> | undefined;
  button.addEventListener('click', async () => {
    const message = await copy(source);
    button.textContent = message;
    announce(message === 'Copied' ? message : 'The text is selected: copy it now.');
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.textContent = label;
    }, COPIED_MS);
  });
}

async function copy(source: HTMLElement): Promise<string> {
  try {
    await navigator.clipboard.writeText(source.textContent ?? '');
    return 'Copied';
  } catch {
    getSelection()?.selectAllChildren(source);
    return 'Selected';
  }
}

const UPSTREAM: Readonly<Record<string, string>> = {
  ok: 'SHOUTCLOUD answers',
  failing: 'SHOUTCLOUD fails',
  paused: 'SHOUTCLOUD pauses',
};

/** The link to `v1/status`. Its text says how SHOUTCLOUD is doing. */
export function statusLink(link: HTMLAnchorElement): { refresh(): void } {
  let isAsking = false;
  let isWanted = false;
  return {
    refresh() {
      isWanted = true;
      if (!isAsking) void ask();
    },
  };

  /** Sends one request at a time. A refresh during a request starts another one, because the answer can be out of date. */
  async function ask(): Promise<void> {
    isAsking = true;
    while (isWanted) {
      isWanted = false;
      const state = await upstreamState(link.href);
      link.textContent = (Object.hasOwn(UPSTREAM, state) && UPSTREAM[state]) || 'Status';
    }
    isAsking = false;
  }
}

async function upstreamState(url: string): Promise<string> {
  try {
    const body: unknown = await (await fetch(url)).json();
    return typeof body === 'object' && body !== null ? String(Reflect.get(body, 'upstream')) : '';
  } catch {
    return '';
  }
}
