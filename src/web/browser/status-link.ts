const WORDS: Readonly<Record<string, string>> = {
  ok: 'SHOUTCLOUD answers',
  failing: 'SHOUTCLOUD fails',
  paused: 'SHOUTCLOUD pauses',
};

const UNKNOWN = 'Status';

/** The link to the status of the service, which says how SHOUTCLOUD is doing. */
export function statusLink(link: HTMLAnchorElement): { refresh(): void } {
  let isAsking = false;
  let isWanted = false;
  return {
    refresh() {
      isWanted = true;
      if (!isAsking) void ask();
    },
  };

  /** One question at a time; what was asked before something happened does not count for it. */
  async function ask(): Promise<void> {
    isAsking = true;
    while (isWanted) {
      isWanted = false;
      const state = await upstream(link.href);
      link.textContent = Object.hasOwn(WORDS, state) ? (WORDS[state] ?? UNKNOWN) : UNKNOWN;
    }
    isAsking = false;
  }
}

async function upstream(url: string): Promise<string> {
  try {
    const body: unknown = await (await fetch(url)).json();
    return typeof body === 'object' && body !== null ? String(Reflect.get(body, 'upstream')) : '';
  } catch {
    return '';
  }
}
