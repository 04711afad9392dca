import { announcer } from './announcer.ts';
import { answerView } from './answer-view.ts';
import { asYouType } from './as-you-type.ts';
import { ask } from './ask.ts';
import { copyButton } from './copy-button.ts';
import { curlCommand } from './curl-command.ts';
import { find } from './find.ts';
import { textBox } from './text-box.ts';

const PAUSE_MS = 150;

/** What the command asks while there is no text. */
const EXAMPLE = 'hello';

const command = find('command', HTMLElement);
const announce = announcer(find('announcer', HTMLElement));
const view = answerView({
  announce,
  askAgain() {
    view.wait();
    typist.now(box.text());
  },
});
const typist = asYouType({ pauseMs: PAUSE_MS, ask, show: view.show });
const box = textBox(take);

copyButton(find('copy', HTMLButtonElement), { source: find('shout', HTMLElement), announce });
copyButton(find('copy-command', HTMLButtonElement), { source: command, announce });

function take(text: string): void {
  command.textContent = curlCommand(new URL('v1', document.baseURI).href, text || EXAMPLE);
  if (text === '') {
    typist.stop();
    view.silence();
  } else {
    view.wait();
    typist.later(text);
  }
}
