import { whenToRetry } from './failure.ts';

export interface RetryButton {
  /** Counts down; the button does nothing until then. */
  wait(seconds: number): void;
  stop(): void;
}

/** The button that asks again, and the words beside it that say when. */
export function retryButton(button: HTMLButtonElement, when: HTMLElement, ask: () => void): RetryButton {
  let timer: ReturnType<typeof setTimeout> | undefined;
  button.addEventListener('click', () => {
    // Not `disabled`: that would take the focus away from somebody who waits on it.
    if (button.ariaDisabled !== 'true') ask();
  });
  return { wait, stop };

  function wait(seconds: number): void {
    stop();
    when.textContent = whenToRetry(seconds);
    button.ariaDisabled = String(seconds > 0);
    if (seconds > 0) timer = setTimeout(() => wait(seconds - 1), 1000);
  }

  function stop(): void {
    clearTimeout(timer);
  }
}
