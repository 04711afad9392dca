import { answerView } from './answer-view.ts';
import { ask, asYouType, type Reply } from './ask.ts';
import { commandView } from './command-view.ts';
import { announcer, copyButton, find, statusLink } from './elements.ts';
import { textBox } from './text-box.ts';

const PAUSE_MS = 150;

/** The text of the command while the box is empty. */
const EXAMPLE = 'type something';

const announce = announcer(find('announcer', HTMLElement));
const status = statusLink(find('status', HTMLAnchorElement));
const command = commandView();
const shout = find('shout', HTMLElement);
const view = answerView({ announce, askAgain: askNow });
const typist = asYouType({ pauseMs: PAUSE_MS, ask, show });
const box = textBox({ onText: take, onEnter: askNow });

find('turn', HTMLButtonElement).addEventListener('click', () => box.say(shout.textContent ?? ''));
copyButton(find('copy', HTMLButtonElement), { source: shout, announce });
copyButton(find('copy-command', HTMLButtonElement), { source: command.element, announce });
status.refresh();

function take(text: string): void {
  if (text === '') {
    typist.stop();
    view.silence();
    command.show(EXAMPLE);
  } else {
    view.wait();
    typist.later(text);
  }
}

function askNow(): void {
  if (box.text() === '') return;
  view.wait();
  typist.now(box.text());
}

/** The command below always asks for the text whose answer is shown. */
function show(reply: Reply): void {
  view.show(reply);
  command.show(reply.text);
  status.refresh();
}
