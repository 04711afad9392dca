import { answerView } from './answer-view.ts';
import { ask, type Reply } from './ask.ts';
import { commands, type Language } from './commands.ts';
import { copyButton, find, statusLink, textSetter } from './elements.ts';
import { textBox } from './text-box.ts';
import { afterPause, newestOnly } from './timing.ts';

const PAUSE_MS = 150;

/** Screen readers announce only an answer that stays this long, because answers follow each other quickly while someone types. */
const ANNOUNCE_AFTER_MS = 700;

/** The text of the command while the box is empty. */
const EXAMPLE = 'type something';

const { start: announce } = afterPause(ANNOUNCE_AFTER_MS, textSetter(find('announcer', HTMLElement)));
const refreshStatus = statusLink(find('status', HTMLAnchorElement));
const languages = find('languages', HTMLFormElement);
const command = find('command', HTMLElement);
let commandText = EXAMPLE;
const shout = find('shout', HTMLElement);
const view = answerView({ announce, askAgain: askNow });
const typist = newestOnly({ pauseMs: PAUSE_MS, ask, show });
const box = textBox({ onText: take, onEnter: askNow });

addEventListener('online', askNow);
languages.addEventListener('change', () => showCommand(commandText));
find('turn', HTMLButtonElement).addEventListener('click', () => box.setText(shout.textContent ?? ''));
copyButton(find('copy', HTMLButtonElement), { source: shout, announce });
copyButton(find('copy-command', HTMLButtonElement), { source: command, announce });
refreshStatus();

function take(text: string): void {
  if (text === '') {
    typist.stop();
    view.silence();
    showCommand(EXAMPLE);
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

/** Shows an answer. The command on the page always asks for the text whose answer is shown. */
function show(reply: Reply): void {
  view.show(reply);
  showCommand(reply.text);
  refreshStatus();
}

function showCommand(text: string): void {
  commandText = text;
  const language = new FormData(languages).get('language') as Language;
  command.textContent = commands[language](new URL('v1', document.baseURI).href, text);
}
