/** Typing goes on in bursts, and browsers refuse changes of the address that come too fast. */
const PAUSE_MS = 400;

const NAME = '#text=';

/** The text in the page's own address: behind the `#`, which browsers keep to themselves. */
export function textInFragment(): string | undefined {
  if (!location.hash.startsWith(NAME)) return undefined;
  try {
    return decodeURIComponent(location.hash.slice(NAME.length));
  } catch {
    return undefined;
  }
}

/** Keeps the newest text in the address, so that it outlives a reload, is there after Back, and can be shared as a link. */
export function fragmentKeeper(): (text: string) => void {
  let newest: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  addEventListener('pagehide', write);
  return (text) => {
    newest = text;
    clearTimeout(timer);
    timer = setTimeout(write, PAUSE_MS);
  };

  function write(): void {
    clearTimeout(timer);
    if (newest === undefined || newest === (textInFragment() ?? '')) return;
    const { pathname, search } = location;
    const hash = newest === '' ? '' : NAME + encodeURIComponent(newest.toWellFormed());
    try {
      history.replaceState(history.state, '', pathname + search + hash);
    } catch {
      // Too long, or too often: the address is a convenience.
    }
  }
}
