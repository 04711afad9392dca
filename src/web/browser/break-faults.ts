import type { BreakState } from './break.ts';

export interface FaultView {
  show(state: Pick<BreakState, 'fault' | 'faults'>): void;
}

/** A radio button for each thing that SHOUTCLOUD can do, made when the first state arrives. */
export function faultView(
  group: HTMLElement,
  about: HTMLElement,
  choose: (fault: string) => Promise<void>,
): FaultView {
  const buttons = new Map<string, HTMLInputElement>();
  return {
    show({ fault, faults }) {
      for (const { name } of faults) if (!buttons.has(name)) group.append(option(name));
      const chosen = buttons.get(fault);
      if (chosen) chosen.checked = true;
      about.textContent = faults.find(({ name }) => name === fault)?.about ?? '';
    },
  };

  function option(name: string): HTMLElement {
    const label = document.createElement('label');
    const button = document.createElement('input');
    button.type = 'radio';
    button.name = 'fault';
    button.addEventListener('change', () => void choose(name));
    buttons.set(name, button);
    label.append(button, name);
    return label;
  }
}
