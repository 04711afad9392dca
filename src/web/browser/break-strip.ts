import type { StripEntry } from './break.ts';

/** More than a person reads. */
const MOST_LINES = 100;

export interface StripView {
  /** The number of the newest entry. */
  last(): number;
  add(entries: readonly StripEntry[]): void;
}

/** What happens in the service, one line each, the newest first. */
export function stripView(list: HTMLElement): StripView {
  let last = 0;
  return {
    last: () => last,
    add(entries) {
      // The service began anew.
      if (entries[0] && entries[0].number <= last) list.replaceChildren();
      for (const entry of entries) {
        last = entry.number;
        list.prepend(line(entry));
      }
      while (list.childElementCount > MOST_LINES) list.lastElementChild?.remove();
    },
  };
}

function line({ epochMs, kind, says }: StripEntry): HTMLElement {
  const item = document.createElement('li');
  const time = document.createElement('time');
  time.textContent = new Date(epochMs).toLocaleTimeString('en-GB');
  item.dataset.kind = kind;
  item.append(time, says);
  return item;
}
