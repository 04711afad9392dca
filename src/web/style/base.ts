/** Colours, voices, and what holds for all elements. The quiet voice is a serif, the loud one heavy and narrow. */
export const base = `
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
`;

/** For browsers that run no scripts: what only a script brings to life is not there. */
export const noScript = '.needs-script { display: none !important; }\n';
