export interface PageOptions {
  /** The folder of the assets. It is relative to the page, because a proxy can serve the page below a path of its own. */
  readonly assets: string;
  /** The scripts to run. */
  readonly entries: readonly string[];
  /** The scripts that they import. Browsers fetch them at once instead of one after the other. */
  readonly modules: readonly string[];
  /** The fonts that every text needs. */
  readonly fonts: readonly string[];
  readonly version: string;
  /** The address of the source, if the package has one. */
  readonly source: string | undefined;
  /** Whether the page has the panel that breaks the embedded SHOUTCLOUD server. */
  readonly isBreakable: boolean;
}

/** The playground's HTML. */
export function page(options: PageOptions): string {
  const { assets, entries, modules, fonts, version, source, isBreakable } = options;
  const head = [
    `<link rel="icon" type="image/svg+xml" href="${assets}/icon.svg">`,
    `<link rel="stylesheet" href="${assets}/style.css">`,
    ...fonts.map(
      (file) => `<link rel="preload" href="${assets}/${file}" as="font" type="font/woff2" crossorigin>`,
    ),
    ...modules.map((file) => `<link rel="modulepreload" href="${assets}/${file}">`),
    ...entries.map((file) => `<script type="module" src="${assets}/${file}"></script>`),
    `<noscript><link rel="stylesheet" href="${assets}/no-script.css"></noscript>`,
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>tuohs: shout, turned around</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="${WHAT}">
<meta name="color-scheme" content="light dark">
${head.join('\n')}
</head>
<body>
<header>
  <h1>tuohs</h1>
  <p>${WHAT} <span class="why">${WHY}</span></p>
  <nav aria-label="More">
    <a href="docs">API reference</a>
    <a href="v1/status" id="status">Status</a>
  </nav>
</header>
<main>
  <form class="quiet" method="post" action="v1">
    <label for="text">Say it quietly</label>
    <div class="frame" id="frame">
      <textarea id="text" name="data" rows="1" dir="auto" placeholder="type something" enterkeyhint="go"
        autofocus autocapitalize="off" autocomplete="off" spellcheck="false"></textarea>
    </div>
    <noscript><button>Shout</button></noscript>
  </form>
  <section class="answer needs-script" id="answer" data-state="silent" aria-label="Answer">
    <button type="button" class="turn" id="turn" aria-label="Turn it around: ask for the answer">${TURN}</button>
    <div class="about">
      <p id="origin"></p>
      <button type="button" id="copy">Copy</button>
    </div>
    <div class="stage" id="stage"><p class="shout" id="shout" dir="auto" translate="no"></p></div>
    <div class="failure">
      <p class="sentence" id="sentence"></p>
      <p id="retry"><span id="when"></span> <button type="button" id="again">Try again</button></p>
    </div>
  </section>
  ${isBreakable ? BREAK : ''}
  <section class="command needs-script" aria-labelledby="command-title">
    <h2 id="command-title">The same from a program</h2>
    <div class="tabs" id="languages" role="tablist" aria-labelledby="command-title">
      ${tabs()}
    </div>
    <pre id="command" role="tabpanel" tabindex="0" aria-labelledby="tab-curl" translate="no"></pre>
    <button type="button" id="copy-command">Copy command</button>
  </section>
</main>
<footer>
  <p>tuohs ${version}, under the MIT licence</p>
  ${source === undefined ? '' : `<a href="${source}">Source</a>`}
  <a href="${assets}/font-licences.txt">Fonts</a>
</footer>
<p class="heard" id="announcer" role="status"></p>
</body>
</html>
`;
}

const WHAT = 'Type a text, and tuohs gives it back reversed and in capitals.';
const WHY =
  'The capitals come from SHOUTCLOUD, which can be slow, wrong or gone: so tuohs checks each answer, tries again and remembers.';

/** The icon of all pages: two arrows, one of them turned around. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">
<rect width="48" height="48" fill="#ffd81f"/>
<path d="M8 20h30l-9-9M40 28H10l9 9" fill="none" stroke="#14130f" stroke-width="5"/>
</svg>
`;

const TURN = `<svg viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="4" aria-hidden="true">
<path d="M8 20h30l-9-9M40 28H10l9 9"/></svg>`;

function tabs(): string {
  return ['curl', 'fetch', 'Python', 'PowerShell']
    .map((name, index) => {
      const id = name.toLowerCase();
      const state = `aria-selected="${index === 0}" tabindex="${index === 0 ? 0 : -1}"`;
      return `<button type="button" role="tab" id="tab-${id}" data-language="${id}" aria-controls="command" ${state}>${name}</button>`;
    })
    .join('\n      ');
}

/** The panel for a service with an embedded SHOUTCLOUD server. The script asks the service for the faults. */
const BREAK = `<section class="break needs-script" id="break" aria-labelledby="break-title">
    <h2 id="break-title">Break SHOUTCLOUD</h2>
    <p>This service brought a SHOUTCLOUD server of its own. Say how that one behaves, and see what comes of it.</p>
    <fieldset id="faults"><legend class="heard">SHOUTCLOUD</legend></fieldset>
    <p id="about-fault"></p>
    <p class="row"><button type="button" id="send-many">Send 20 texts</button> <span id="tally"></span></p>
    <p class="row"><span id="breaker"></span></p>
    <ol id="strip" tabindex="0" aria-label="What happens, the newest first"></ol>
  </section>`;

/** The Content-Security-Policy: nothing comes from another origin. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');
