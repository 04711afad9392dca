import { commands, type Language } from './commands.ts';
import { find } from './find.ts';
import { tabs } from './tabs.ts';

/** Shows, in the language that was chosen, the command that asks for a text. */
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
