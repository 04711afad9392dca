import { commands, type Language } from './commands.ts';
import { find } from './elements.ts';

/** Shows the command that asks for a text, in the language of the selected tab. */
export function commandView(): { readonly element: HTMLElement; show(text: string): void } {
  const element = find('command', HTMLElement);
  let shown = '';
  let language: Language = 'curl';
  tabs(find('languages', HTMLElement), (tab) => {
    language = languageOf(tab);
    element.setAttribute('aria-labelledby', tab.id);
    write();
  });
  return {
    element,
    show(text) {
      shown = text;
      write();
    },
  };

  function write(): void {
    element.textContent = commands[language](new URL('v1', document.baseURI).href, shown);
  }
}

function languageOf({ dataset }: HTMLElement): Language {
  const language = dataset.language ?? '';
  return Object.hasOwn(commands, language) ? (language as Language) : 'curl';
}

/** Lets one of several tabs be selected by a click or the arrow keys (ARIA Authoring Practices, "Tabs"). */
function tabs(list: HTMLElement, onSelect: (tab: HTMLElement) => void): void {
  const all = [...list.querySelectorAll<HTMLElement>('[role=tab]')];
  list.addEventListener('click', ({ target }) => {
    const tab = all.find((each) => target instanceof Node && each.contains(target));
    if (tab) select(tab);
  });
  list.addEventListener('keydown', (event) => {
    const next = neighbour(event.key);
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
    select(next);
  });

  function neighbour(key: string): HTMLElement | undefined {
    const at = all.findIndex((tab) => tab.ariaSelected === 'true');
    switch (key) {
      case 'ArrowRight':
        return all[(at + 1) % all.length];
      case 'ArrowLeft':
        return all.at(at - 1);
      case 'Home':
        return all[0];
      case 'End':
        return all.at(-1);
      default:
        return undefined;
    }
  }

  function select(selected: HTMLElement): void {
    for (const tab of all) {
      tab.ariaSelected = String(tab === selected);
      tab.tabIndex = tab === selected ? 0 : -1;
    }
    onSelect(selected);
  }
}
