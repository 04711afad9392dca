/**
 * The two halves of the page and what goes around them. What is typed starts at the left edge, what comes back ends at
 * the right.
 */
export const layout = `
header {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  gap: 0 0.75rem;
  padding: 1.25rem var(--edge);
  color: var(--muted);
}
header h1 { color: var(--ink); font-weight: 700; }
header nav { margin-inline-start: auto; color: var(--ink); }
main { display: grid; grid-template: auto 1fr auto / minmax(0, 1fr); }
.quiet {
  display: flex;
  flex-direction: column;
  justify-content: center;
  min-height: 28svh;
  padding: 0 var(--edge) 3rem;
}
label { margin-bottom: 0.25rem; color: var(--muted); }
.frame { display: grid; max-height: 38svh; --size: clamp(1.75rem, 1.2rem + 2.4vw, 3.5rem); }
.frame.long { --size: clamp(1.0625rem, 1rem + 0.3vw, 1.375rem); }
.frame::after { content: attr(data-text) " "; visibility: hidden; overflow: hidden; }
.frame::after, textarea {
  grid-area: 1 / 1;
  width: 100%;
  min-height: 1.3em;
  padding: 0.1em 0;
  font: 400 var(--size)/1.3 var(--quiet-voice);
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
textarea {
  border: 0;
  border-bottom: 2px solid var(--muted);
  border-radius: 0;
  background: none;
  color: inherit;
  resize: none;
}
textarea::placeholder { color: var(--muted); opacity: 1; font-style: italic; }
textarea:focus { outline: 0; border-color: var(--ink); box-shadow: 0 2px var(--ink); }
.shell {
  display: grid;
  grid-template-columns: 1fr auto;
  gap: 0.25rem 1.5rem;
  align-items: center;
  padding: 1rem var(--edge) 1.25rem;
}
.shell h2 { grid-column: 1 / -1; color: var(--muted); font-weight: 400; }
.command {
  display: -webkit-box;
  overflow: hidden;
  font: 0.9375rem/1.5 var(--code);
  overflow-wrap: anywhere;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 4;
}
.command code { font: inherit; }
@media (max-width: 40rem) {
  header p { order: 1; flex-basis: 100%; }
  .shell { grid-template-columns: 1fr; }
  .shell button { justify-self: start; margin-top: 0.5rem; }
}
`;
