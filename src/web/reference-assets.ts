/**
 * The script of the API reference. It shows the OpenAPI document with Swagger UI, and each error once. It corrects two faults of
 * Swagger UI: it takes lines of JSON for one JSON value, and some of its markup does not work with screen readers or the keyboard.
 */
export const referenceScript = `
const place = document.querySelector('#operations');
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();
start();

async function start() {
  const url = new URL(place.dataset.document, location.href);
  const spec = await (await fetch(url)).json();
  spec.servers = [{ url: new URL('.', url).href }];
  showErrors(spec, takeErrors(spec));
  new MutationObserver(mend).observe(place, { childList: true, subtree: true });
  SwaggerUIBundle({
    domNode: place,
    spec,
    layout: 'OperationsAlone',
    defaultModelsExpandDepth: -1,
    deepLinking: true,
    tryItOutEnabled: true,
    displayRequestDuration: true,
    validatorUrl: null,
    plugins: [linesAsTheyAre, plainMarkup],
  });
}

/** Leaves only the statuses of its errors in each operation. Returns the status of each shared response. */
function takeErrors({ paths }) {
  const statuses = {};
  for (const operation of Object.values(paths).flatMap(Object.values)) {
    const errors = Object.entries(operation.responses).filter(([status]) => status >= 400);
    for (const [status, { $ref }] of errors) {
      statuses[$ref.split('/').at(-1)] = status;
      delete operation.responses[status];
    }
    const names = errors.map(([status]) => status).join(', ');
    operation.description = (operation.description ?? '') + '\\n\\nErrors: ' + names + '. See [Errors](#errors).';
  }
  return statuses;
}

function showErrors({ components }, statuses) {
  const rows = document.querySelector('#errors tbody');
  const shown = Object.entries(components.responses).filter(([name]) => name in statuses);
  for (const [name, { description, headers }] of shown) {
    for (const [, code, when] of description.matchAll(/^\`(\\w+)\`: (.*)$/gm)) {
      const row = rows.insertRow();
      const waits = 'Retry-After' in headers ? 'yes' : 'no';
      for (const text of [statuses[name], code, when.replaceAll('\`', ''), waits]) row.insertCell().textContent = text;
    }
  }
}

function linesAsTheyAre({ React }) {
  return {
    afterLoad() {
      const sample = this.fn.getSampleSchema;
      this.fn.getSampleSchema = (schema, mediaType, config, example) =>
        isLines(mediaType) ? example : sample(schema, mediaType, config, example);
    },
    wrapComponents: {
      responseBody: (Original) => (props) =>
        React.createElement(Original, isLines(props.contentType) ? { ...props, contentType: 'text/plain' } : props),
    },
  };
}

function isLines(mediaType) {
  return String(mediaType).startsWith('application/x-ndjson');
}

/** Only the operations, because the page has the title and the landmarks. A link inside a button confuses screen readers. */
function plainMarkup({ React }) {
  return {
    components: {
      OperationsAlone: ({ getComponent }) =>
        React.createElement('div', { className: 'swagger-ui' }, React.createElement(getComponent('operations', true))),
    },
    wrapComponents: {
      DeepLink: () => ({ text }) => React.createElement('span', null, text),
      TextArea: (Original) => (props) =>
        React.createElement(Original, { 'aria-label': 'Request body', ...props }),
    },
  };
}

function mend() {
  for (const table of place.querySelectorAll('table[role=region]')) table.removeAttribute('role');
  for (const block of place.querySelectorAll('pre:not([tabindex])')) block.tabIndex = 0;
}
`;

/** The style of the API reference, over that of Swagger UI: the colours of the playground, with enough contrast. */
export const referenceStyle = `
:root { --paper: #f6f6f1; --ink: #14130f; --line: #c9c7bd; --loud: #ffd81f; }
:root.dark-mode { --paper: #1c1b18; --ink: #efede4; --line: #4d4a43; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
header, main { max-width: 70rem; margin: 0 auto; padding: 1rem clamp(1rem, 4vw, 2.5rem); }
header { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: baseline; }
header h1 { margin: 0; font-size: 1.25rem; }
header nav { display: flex; gap: 1.5rem; margin-left: auto; }
main h2 { margin: 1.5rem 0 0.5rem; font-size: 1.125rem; }
main > p { max-width: 45rem; margin: 0 0 1rem; }
a { color: inherit; text-underline-offset: 0.2em; }
:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
.wide { overflow-x: auto; }
#errors table { border-collapse: collapse; width: 100%; }
#errors :is(th, td) { padding: 0.375rem 1rem 0.375rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
#errors td:nth-child(2) { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 0.875rem; }

.dark-mode .swagger-ui { background: none; }
.swagger-ui .wrapper { max-width: none; padding: 0; }
.swagger-ui, .swagger-ui :is(h3, h4, h5, p, td, th, label, li, small, div, span, button, select):not(pre *, .btn.execute, .opblock-summary-method) { color: var(--ink); }
.swagger-ui .opblock { border: 1px solid var(--line); background: none; box-shadow: none; }
.swagger-ui .opblock .opblock-summary { border-color: var(--line); }
.swagger-ui .opblock .opblock-section-header { background: none; box-shadow: none; border-bottom: 1px solid var(--line); }
.swagger-ui .opblock[class] .opblock-summary-method { background: var(--ink); color: var(--paper); text-shadow: none; }
.swagger-ui .opblock-tag { font-size: 1rem; border-color: var(--line); padding: 0.5rem 0; }
.swagger-ui .btn:not(.execute) { border-color: var(--ink); color: var(--ink) !important; }
.swagger-ui :is(.renderedMarkdown, td) code { background: none; color: inherit !important; }
.swagger-ui .btn.execute { background: var(--loud); border-color: var(--ink); color: #14130f; }
.swagger-ui :is(textarea, input[type=text], select) { background-color: var(--paper); color: var(--ink); border-color: var(--ink); min-height: 0; }
.swagger-ui textarea { height: 7rem; }
.swagger-ui .opblock-body pre.microlight, .swagger-ui .curl-command pre { background: #14130f !important; color: #f6f6f1 !important; }
.swagger-ui pre :is(span, code) { color: #f6f6f1 !important; }
.swagger-ui .parameter__name.required::after, .swagger-ui .parameter__name.required span { color: inherit; }
.swagger-ui svg { fill: var(--ink); }
.swagger-ui .responses-inner, .swagger-ui .parameters-container { overflow-x: auto; }
`;
