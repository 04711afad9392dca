/** The loud half of the page: silent, loud or failed. After a failure it has no loud colours. */
export const answerStyle = `
.answer {
  position: relative;
  display: flex;
  flex-direction: column;
  gap: 1.25rem;
  padding: 1rem var(--edge) 2rem;
  background: var(--loud);
  color: var(--on-loud);
}
.turn {
  position: absolute;
  top: -2rem;
  right: var(--edge);
  width: 4rem;
  height: 4rem;
  padding: 0.75rem;
  border: 0;
  border-radius: 50%;
  background: var(--on-loud);
  color: var(--loud);
}
.turn:focus-visible { outline-color: var(--ink); }
.turn svg { display: block; }
.about {
  display: flex;
  align-items: center;
  gap: 1.25rem;
  min-height: 3rem;
  margin-inline-end: 5rem;
  overflow-wrap: anywhere;
}
.stage {
  flex: 1;
  display: grid;
  grid-template-columns: minmax(0, 1fr);
  align-content: safe end;
  min-height: clamp(9rem, 30svh, 18rem);
}
.stage.long { max-height: 50svh; overflow-y: auto; }
.shout {
  min-height: 0.75em;
  font-family: var(--loud-voice);
  font-weight: 900;
  line-height: 1;
  text-align: end;
  text-box: trim-both cap alphabetic;
  text-wrap: balance;
  white-space: pre-wrap;
  transform-origin: right;
}
.shout.tall { line-height: 1.4; text-box: normal; }
.shout.breaks { font-weight: 700; line-height: 1.3; text-wrap: wrap; overflow-wrap: anywhere; }
.shout:empty::before { content: "GNIHTEMOS EPYT" / ""; color: var(--ghost); }
#copy { min-width: 6.5rem; }
#again { min-width: 6.5rem; }
[data-waiting] .shout { opacity: 0.45; }
.failure { margin-block: auto 0; text-align: end; }
.failure p + p { margin-top: 1rem; }
.failure button { margin-inline-start: 0.75rem; }
.sentence {
  max-width: 26em;
  margin-inline-start: auto;
  font: 400 clamp(1.5rem, 1rem + 2vw, 3rem)/1.25 var(--quiet-voice);
  text-wrap: balance;
}
[aria-disabled="true"] { border-style: dashed; cursor: default; }
.answer[data-state="failed"] { border-top: 2px solid var(--muted); background: none; color: var(--ink); }
[data-state="failed"] .about { color: var(--muted); margin-inline-end: 0; }
[data-state="failed"] :is(.stage, #copy), [data-state="loud"] .failure, [data-state="silent"] :is(.failure, #copy),
.answer:not([data-state="loud"]) .turn {
  display: none;
}
[data-state="loud"] button:hover { border-color: var(--on-loud); background: var(--on-loud); color: var(--loud); }
[data-state="failed"] [aria-disabled="true"]:hover { border-color: currentColor; background: none; color: inherit; }
@media (max-width: 40rem) {
  .turn { top: -1.5rem; width: 3rem; height: 3rem; padding: 0.5rem; }
  .about { gap: 0.75rem; margin-inline-end: 3.5rem; font-size: 0.9375rem; line-height: 1.35; }
}
@media (prefers-reduced-motion: no-preference) {
  .turn svg { transition: rotate 0.45s cubic-bezier(0.3, 1.4, 0.5, 1); }
  [data-waiting] .turn svg { animation: turning 1.2s linear infinite; }
  [data-state="loud"] .shout { animation: turn-in 0.35s ease-out; }
}
@keyframes turning { to { transform: rotate(1turn); } }
@keyframes turn-in { from { transform: perspective(60rem) rotateY(-85deg); } }
`;

/** The panel that breaks SHOUTCLOUD, and the strip of events. */
export const breakStyle = `
.break { display: grid; gap: 0.75rem; padding: 1.5rem var(--edge); border-bottom: 2px solid var(--muted); }
.break h2 { font-size: 1.25rem; }
.break fieldset { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; }
.break fieldset label { display: inline-flex; align-items: center; gap: 0.5rem; min-height: 2.75rem; margin: 0; color: inherit; cursor: pointer; }
.break input { width: 1.25rem; height: 1.25rem; margin: 0; accent-color: currentColor; }
#about-fault, #breaker { color: var(--muted); }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem 1.25rem; }
#strip {
  height: 15rem;
  min-height: 15rem;
  overflow-y: auto;
  padding: 0.75rem;
  border: 2px solid var(--muted);
  list-style: none;
  font: 0.875rem/1.5 var(--code);
  overflow-wrap: anywhere;
}
#strip li { display: flex; gap: 0 1.5ch; }
#strip time { flex: none; color: var(--muted); }
#strip [data-kind="good"]::before { content: "✓"; }
#strip [data-kind="bad"]::before { content: "✗"; }
#strip [data-kind="note"]::before { content: "·"; }
@media (min-width: 64rem) {
  .break { grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); column-gap: 3rem; align-content: start; }
  #strip { grid-area: 1 / 2 / span 6; height: auto; contain: size; }
}
`;
