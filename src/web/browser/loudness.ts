const LEAST_PX = 22;

/** Sizes go in steps, so that a shout keeps its size while most letters are typed. */
const STEP = 1.2;

/** Type is larger than its capitals by about this much, and room for those is all that a shout of one line needs. */
const CAPITALS = 1.4;

/** Longer texts get the least size without measuring: they would not fit, and each trial lays out the page anew. */
const MEASURED_LENGTH = 500;

/** Characters that stay between the baseline and the height of a capital, or nearly. Others need the whole height of a line. */
const FLAT = /^[\x20-\x7e\n]*$/;

/** Shows a shout as large as its parent has room, without breaking a word; one that is too long for that breaks, and scrolls. */
export function fitLoudness(shout: HTMLElement): void {
  const stage = shout.parentElement;
  if (stage === null) return;
  const text = shout.textContent ?? '';
  const setSize = (px: number) => shout.style.setProperty('font-size', `${px}px`);
  shout.classList.toggle('tall', !FLAT.test(text));
  whisper();
  const room = stage.clientHeight;
  if (text.length <= MEASURED_LENGTH) {
    shout.classList.remove('breaks');
    const steps = Math.max(0, Math.floor(Math.log((room * CAPITALS) / LEAST_PX) / Math.log(STEP)));
    for (let step = steps; step > 0; step--) {
      setSize(LEAST_PX * STEP ** step);
      if (shout.scrollWidth <= shout.clientWidth && shout.offsetHeight <= room) return;
    }
    whisper();
  }
  stage.classList.add('long');
  // Only what can be scrolled needs the keyboard.
  if (stage.scrollHeight > stage.clientHeight) stage.tabIndex = 0;

  function whisper(): void {
    stage?.classList.remove('long');
    stage?.removeAttribute('tabindex');
    shout.classList.add('breaks');
    setSize(LEAST_PX);
  }
}
