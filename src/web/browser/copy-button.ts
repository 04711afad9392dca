const THANKS_MS = 1600;

export interface CopyButtonOptions {
  /** Whose text is copied, whole, however little of it shows. */
  readonly source: HTMLElement;
  readonly announce: (message: string) => void;
}

/**
 * Copies on a click. Where the browser forbids that (pages without TLS), it selects the text instead and says so.
 * The button keeps its size: the style sheet has room for the longest of its labels.
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
    }, THANKS_MS);
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
