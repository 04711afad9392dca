const LEAST_PX = 24;

/** Sizes go in steps, so that a shout keeps its size while most letters are typed. */
const STEP = 1.2;

/** Type is larger than its capitals by about this much, and room for those is all that a shout of one line needs. */
const CAPITALS = 1.4;

/** Longer texts get the least size without measuring: they would not fit, and each trial lays out the page anew. */
const MEASURED_LENGTH = 500;

/** Shows a shout as large as its parent has room, without breaking a word; the longest may outgrow the room and break. */
export function fitLoudness(shout: HTMLElement): void {
  const setSize = (px: number) => shout.style.setProperty('font-size', `${px}px`);
  shout.classList.add('breaks');
  setSize(LEAST_PX);
  const room = shout.parentElement?.clientHeight ?? 0;
  if ((shout.textContent ?? '').length > MEASURED_LENGTH) return;

  shout.classList.remove('breaks');
  const steps = Math.max(0, Math.floor(Math.log((room * CAPITALS) / LEAST_PX) / Math.log(STEP)));
  for (let step = steps; step > 0; step--) {
    setSize(LEAST_PX * STEP ** step);
    if (shout.scrollWidth <= shout.clientWidth && shout.offsetHeight <= room) return;
  }
  shout.classList.add('breaks');
  setSize(LEAST_PX);
}
