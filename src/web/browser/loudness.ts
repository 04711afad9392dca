const LEAST_PX = 22;

/** Each size is this many times the next smaller one. The steps are large, so that most typed letters do not change the size. */
const STEP = 1.2;

/** The font size divided by the height of a capital. A shout of one line needs room for its capitals only. */
const CAPITALS = 1.4;

/** Longer texts get the smallest size at once. No larger size would fit, and each trial makes the browser lay out the page again. */
const MEASURED_LENGTH = 500;

/** Matches a shout that is about as high as its capitals and has no descenders. Other shouts need the full height of a line. */
const FLAT = /^[\x20-\x7e\n]*$/;

/** Makes a shout as large as fits into its parent without breaking a word. If no size fits, it is small, breaks words and scrolls. */
export function fitLoudness(shout: HTMLElement): void {
  const stage = shout.parentElement;
  if (stage === null) return;
  const text = shout.textContent ?? '';
  const setSize = (px: number) => shout.style.setProperty('font-size', `${px}px`);
  shout.classList.toggle('tall', !FLAT.test(text));
  setLeastSize();
  const room = stage.clientHeight;
  if (text.length <= MEASURED_LENGTH) {
    shout.classList.remove('breaks');
    const steps = Math.max(0, Math.floor(Math.log((room * CAPITALS) / LEAST_PX) / Math.log(STEP)));
    for (let step = steps; step > 0; step--) {
      setSize(LEAST_PX * STEP ** step);
      if (shout.scrollWidth <= shout.clientWidth && shout.offsetHeight <= room) return;
    }
    setLeastSize();
  }
  stage.classList.add('long');
  // An element that scrolls must be reachable by the keyboard.
  if (stage.scrollHeight > stage.clientHeight) stage.tabIndex = 0;

  function setLeastSize(): void {
    stage?.classList.remove('long');
    stage?.removeAttribute('tabindex');
    shout.classList.add('breaks');
    setSize(LEAST_PX);
  }
}
