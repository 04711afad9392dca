import type { Answer, Failure, Reply } from './ask.ts';
import { mayPass, sentenceFor, whenToRetry } from './failure.ts';
import { find } from './find.ts';
import { fitLoudness } from './loudness.ts';
import { retryButton } from './retry-button.ts';

export interface AnswerView {
  silence(): void;
  /** Keeps what is there; says after a moment that something is on its way. */
  wait(): void;
  show(reply: Reply): void;
}

export interface AnswerViewOptions {
  readonly announce: (message: string) => void;
  readonly askAgain: () => void;
}

/** Quick answers come without a word about waiting, or the page would flicker with each letter. */
const PATIENCE_MS = 300;

/** The loud half of the page: the answer, or what went wrong. */
export function answerView({ announce, askAgain }: AnswerViewOptions): AnswerView {
  const half = find('answer', HTMLElement);
  const shout = find('shout', HTMLElement);
  const origin = find('origin', HTMLElement);
  const sentence = find('sentence', HTMLElement);
  const mark = find('turn', HTMLElement).firstElementChild;
  const retryLine = find('retry', HTMLElement);
  const retry = retryButton(find('again', HTMLButtonElement), find('when', HTMLElement), askAgain);
  let patience: ReturnType<typeof setTimeout> | undefined;
  let turns = 0;
  addEventListener('resize', () => fitLoudness(shout));
  // The fonts arrive after the first text.
  document.fonts.addEventListener('loadingdone', () => fitLoudness(shout));
  fitLoudness(shout);

  return {
    silence() {
      enter('silent');
      origin.textContent = '';
      shout.textContent = '';
      fitLoudness(shout);
    },
    wait() {
      clearTimeout(patience);
      patience = setTimeout(() => {
        half.dataset.waiting = '';
        origin.textContent = 'Asking SHOUTCLOUD';
      }, PATIENCE_MS);
    },
    show: (reply) => ('shout' in reply ? showAnswer(reply) : showFailure(reply)),
  };

  function showAnswer(answer: Answer): void {
    enter('loud');
    turns++;
    if (mark instanceof SVGElement) mark.style.rotate = `${turns * 180}deg`;
    shout.textContent = answer.shout;
    fitLoudness(shout);
    origin.textContent = provenance(answer);
    announce(`${answer.shout}. ${origin.textContent}`);
  }

  function showFailure({ code, requestId, retryAfterSeconds = 0 }: Failure): void {
    enter('failed');
    shout.textContent = '';
    origin.textContent = requestId === undefined ? code : `${code}, request ${requestId}`;
    sentence.textContent = sentenceFor(code);
    retryLine.hidden = !mayPass(code);
    if (mayPass(code)) retry.wait(retryAfterSeconds);
    announce(
      mayPass(code) ? `${sentence.textContent} ${whenToRetry(retryAfterSeconds)}` : sentence.textContent,
    );
  }

  function enter(state: 'silent' | 'loud' | 'failed'): void {
    clearTimeout(patience);
    retry.stop();
    delete half.dataset.waiting;
    half.dataset.state = state;
  }
}

function provenance({ origin, tookMs }: Answer): string {
  const time =
    tookMs < 1000 ? `${Math.max(1, Math.round(tookMs))}\u00a0ms` : `${(tookMs / 1000).toFixed(1)}\u00a0s`;
  return origin === undefined ? `In ${time}` : `${origin}, in ${time}`;
}
