export interface PageOptions {
  /** The folder of the assets, relative to the page: it may live below a path of a proxy. */
  readonly assets: string;
  /** The script to run. */
  readonly entry: string;
  /** The scripts that it imports, fetched at once instead of one after the other. */
  readonly modules: readonly string[];
}

/** The playground's HTML. */
export function page({ assets, entry, modules }: PageOptions): string {
  const preloads = modules.map((file) => `<link rel="modulepreload" href="${assets}/${file}">`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>tuohs: shout, turned around</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="description" content="Type a text and see it reversed and shouted.">
<meta name="color-scheme" content="light dark">
<link rel="icon" type="image/svg+xml" href="${assets}/icon.svg">
<link rel="stylesheet" href="${assets}/style.css">
${preloads.join('\n')}
<script type="module" src="${assets}/${entry}"></script>
</head>
<body>
<header>
  <h1>tuohs</h1>
  <p>shout, turned around</p>
  <nav aria-label="Documentation"><a href="docs">API reference</a></nav>
</header>
<main>
  <form class="quiet" method="post" action="v1">
    <label for="text">Say it quietly</label>
    <div class="frame" id="frame">
      <textarea id="text" name="data" rows="1" dir="auto" placeholder="type something"
        autofocus autocapitalize="off" autocomplete="off" spellcheck="false"></textarea>
    </div>
    <noscript><button>Shout</button></noscript>
  </form>
  <section class="answer" id="answer" data-state="silent" aria-label="Answer">
    <div class="turn" id="turn" aria-hidden="true">${TURN}</div>
    <div class="about">
      <p id="origin"></p>
      <button type="button" id="copy">Copy</button>
    </div>
    <div class="stage"><p class="shout" id="shout" dir="auto" translate="no"></p></div>
    <div class="failure">
      <p class="sentence" id="sentence"></p>
      <p><span id="when"></span> <button type="button" id="again">Try again</button></p>
    </div>
  </section>
  <section class="shell" aria-labelledby="shell-title">
    <h2 id="shell-title">The same from a shell</h2>
    <p class="command" translate="no"><code id="command"></code></p>
    <button type="button" id="copy-command">Copy command</button>
  </section>
</main>
<p class="heard" id="announcer" role="status"></p>
</body>
</html>
`;
}

/** Two arrows, each the other turned around. */
const TURN = `<svg viewBox="0 0 48 48" fill="none" stroke="currentColor" stroke-width="4">
<path d="M8 20h30l-9-9M40 28H10l9 9"/></svg>`;
