/** Typing goes on in bursts: only what stays is worth hearing. */
const PAUSE_MS = 700;

/** Has a screen reader say the newest message; the messages that it overtakes are dropped. */
export function announcer(region: HTMLElement): (message: string) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (message) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      region.textContent = message;
    }, PAUSE_MS);
  };
}
