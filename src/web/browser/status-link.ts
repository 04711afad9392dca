const WORDS: Readonly<Record<string, string>> = {
  ok: 'SHOUTCLOUD answers',
  failing: 'SHOUTCLOUD fails',
  paused: 'SHOUTCLOUD pauses',
};

const UNKNOWN = 'Status';

/** The link to the status of the service, which says how SHOUTCLOUD is doing. */
export function statusLink(link: HTMLAnchorElement): { refresh(): void } {
  let isAsking = false;
  return {
    refresh() {
      if (!isAsking) void refresh();
    },
  };

  async function refresh(): Promise<void> {
    isAsking = true;
    const state = await upstream(link.href);
    isAsking = false;
    link.textContent = Object.hasOwn(WORDS, state) ? (WORDS[state] ?? UNKNOWN) : UNKNOWN;
    link.dataset.upstream = state;
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
