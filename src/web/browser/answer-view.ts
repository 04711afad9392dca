import type { Answer, Failure, Reply } from './ask.ts';
import { find } from './elements.ts';
import { isPermanent, sentenceFor, whenToRetry } from './failure.ts';
import { fitLoudness } from './loudness.ts';
import { afterPause } from './timing.ts';

export interface AnswerViewOptions {
  readonly announce: (message: string) => void;
  readonly askAgain: () => void;
}

/** The note about waiting is shown only after this time. Without the delay, it would flicker with each typed letter. */
const PATIENCE_MS = 300;

/** The half of the page with the answer, or with what went wrong. */
export function answerView({ announce, askAgain }: AnswerViewOptions) {
  const half = find('answer', HTMLElement);
  const shout = find('shout', HTMLElement);
  const origin = find('origin', HTMLElement);
  const sentence = find('sentence', HTMLElement);
  const mark = find('turn', HTMLElement).firstElementChild;
  const retryLine = find('retry', HTMLElement);
  const retry = retryButton(find('again', HTMLButtonElement), find('when', HTMLElement), askAgain);
  const patience = afterPause(PATIENCE_MS, () => {
    half.dataset.waiting = '';
    origin.textContent = 'Asking SHOUTCLOUD';
  });
  let turns = 0;
  addEventListener('resize', () => fitLoudness(shout));
  // A font can arrive after the text, and then changes the size of the text.
  document.fonts.addEventListener('loadingdone', () => fitLoudness(shout));
  fitLoudness(shout);

  return {
    silence(): void {
      enter('silent');
      origin.textContent = '';
      showShout('');
    },
    /** Keeps the last answer, and says after a moment that a new one is on its way. */
    wait: patience.start,
    show: (reply: Reply): void => ('shout' in reply ? showAnswer(reply) : showFailure(reply)),
  };

  function showShout(text: string): void {
    shout.textContent = text;
    fitLoudness(shout);
  }

  function showAnswer(answer: Answer): void {
    enter('loud');
    turns++;
    if (mark instanceof SVGElement) mark.style.rotate = `${turns * 180}deg`;
    showShout(answer.shout);
    origin.textContent = originAndTime(answer);
    announce(`${answer.shout}. ${origin.textContent}`);
  }

  function showFailure({ code, requestId, retryAfterSeconds = 0 }: Failure): void {
    enter('failed');
    shout.textContent = '';
    origin.textContent = requestId === undefined ? code : `${code}, request ${requestId}`;
    sentence.textContent = sentenceFor(code);
    retryLine.hidden = isPermanent(code);
    if (isPermanent(code)) return announce(sentence.textContent);
    retry.wait(retryAfterSeconds);
    announce(`${sentence.textContent} ${whenToRetry(retryAfterSeconds)}`);
  }

  function enter(state: 'silent' | 'loud' | 'failed'): void {
    patience.stop();
    retry.stop();
    delete half.dataset.waiting;
    half.dataset.state = state;
  }
}

function originAndTime({ origin, tookMs }: Answer): string {
  const time =
    tookMs < 1000 ? `${Math.max(1, Math.round(tookMs))}\u00a0ms` : `${(tookMs / 1000).toFixed(1)}\u00a0s`;
  return origin === undefined ? `In ${time}` : `${origin}, in ${time}`;
}

/** The button that asks again. Until it can be used, `when` counts the seconds down. */
function retryButton(button: HTMLButtonElement, when: HTMLElement, ask: () => void) {
  const second = afterPause(1000, wait);
  button.addEventListener('click', () => {
    // Not `disabled`, because a focused button would then lose the focus.
    if (button.ariaDisabled !== 'true') ask();
  });
  return { wait, stop: second.stop };

  function wait(seconds: number): void {
    second.stop();
    when.textContent = whenToRetry(seconds);
    button.ariaDisabled = String(seconds > 0);
    if (seconds > 0) second.start(seconds - 1);
  }
}
