/**
 * Colours, fonts and layout of the playground. What people type starts at the left edge in a quiet serif, what comes back ends
 * at the right edge in a heavy, narrow font.
 */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: #f6f6f1;
  --ink: #14130f;
  --muted: #5c5a52;
  --loud: #ffd81f;
  --on-loud: #14130f;
  --ghost: #8d7200;
  --quiet-voice: "Quiet", Palatino, "Liberation Serif", serif;
  --loud-voice: "Loud", "Arial Narrow", "Liberation Sans Narrow", sans-serif-condensed, sans-serif;
  --code: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
  --edge: clamp(1rem, 4vw, 4rem);
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #1c1b18;
    --ink: #efede4;
    --muted: #a8a498;
    --loud: #0b0a08;
    --on-loud: #ffd81f;
    --ghost: #8b7717;
  }
}
*, ::before, ::after { box-sizing: border-box; }
body, h1, h2, p, ol, pre, fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
body {
  display: grid;
  grid-template: auto 1fr auto / minmax(0, 1fr);
  min-height: 100svh;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.5 var(--quiet-voice);
}
h1, h2 { font-size: 1rem; }
a { color: inherit; text-underline-offset: 0.2em; }
a:hover { text-decoration-thickness: 0.15em; }
button {
  flex: none;
  min-height: 2.75rem;
  padding: 0.25rem 1rem;
  border: 2px solid currentColor;
  border-radius: 0;
  background: none;
  color: inherit;
  font: 600 0.9375rem/1.2 var(--quiet-voice);
  white-space: nowrap;
  cursor: pointer;
}
button:hover { background: var(--ink); border-color: var(--ink); color: var(--paper); }
:focus-visible { outline: 3px solid currentColor; outline-offset: 3px; }
[hidden] { display: none; }
.heard {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: pre;
}
header {
  display: grid;
  grid-template-columns: auto minmax(0, 44rem) 1fr;
  gap: 0.25rem 2rem;
  align-items: baseline;
  padding: 1.25rem var(--edge) 1rem;
}
h1 { font: 900 2.25rem/1 var(--loud-voice); text-transform: lowercase; }
.why { color: var(--muted); }
nav { display: flex; flex-wrap: wrap; justify-content: end; gap: 0 1.5rem; }
main { display: grid; grid-template-columns: minmax(0, 1fr); grid-template-rows: auto 1fr; }
.quiet {
  display: flex;
  flex-direction: column;
  justify-content: center;
  min-height: 24svh;
  padding: 0.5rem var(--edge) 3rem;
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
  font: 400 var(--size)/1.35 var(--quiet-voice);
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
textarea::placeholder { color: var(--muted); opacity: 1; }
textarea:focus { outline: 0; border-color: var(--ink); box-shadow: 0 2px var(--ink); }
.command {
  display: grid;
  grid-template-columns: minmax(0, 1fr) auto;
  gap: 0.75rem 1.5rem;
  align-items: center;
  padding: 1.25rem var(--edge) 1.5rem;
}
.command h2 { color: var(--muted); font-weight: 400; }
.tabs { display: flex; flex-wrap: wrap; gap: 0 1.25rem; justify-self: end; }
.tabs button { padding: 0.25rem 0; border: 0; border-bottom: 2px solid transparent; font-weight: 400; }
.tabs button:hover { background: none; color: inherit; border-color: var(--muted); }
.tabs [aria-selected="true"] { border-color: currentColor; font-weight: 600; }
.command pre {
  align-self: start;
  min-height: 4.5em;
  max-height: 9em;
  overflow: auto;
  font: 0.9375rem/1.5 var(--code);
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
#copy-command { align-self: start; justify-self: end; min-width: 9.5rem; }
footer {
  display: flex;
  flex-wrap: wrap;
  gap: 0.25rem 1.5rem;
  padding: 1rem var(--edge) 1.25rem;
  border-top: 2px solid var(--muted);
  color: var(--muted);
}
footer p { margin-inline-end: auto; }
@media (max-width: 64rem) {
  header { grid-template-columns: auto 1fr; }
  header p { grid-row: 2; grid-column: 1 / -1; }
}
@media (max-width: 40rem) {
  .command { grid-template-columns: minmax(0, 1fr); }
  .tabs, #copy-command { justify-self: start; }
  nav { grid-row: 3; grid-column: 1 / -1; justify-content: start; }
}
`;

/** For browsers that run no scripts: hides the parts that need one. */
export const noScriptStyle = '.needs-script { display: none !important; }\n';
