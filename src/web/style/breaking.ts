/** The panel that breaks SHOUTCLOUD, and the strip of what comes of it. */
export const breaking = `
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
