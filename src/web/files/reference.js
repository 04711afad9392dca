// The script of the API reference. It shows the OpenAPI document with Swagger UI, and lists each error once. It corrects two faults:
// Swagger UI takes lines of JSON for one JSON value, and some of its markup does not work with screen readers or the keyboard.

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

/** Removes the errors from each operation, and adds their statuses to its description. Returns the status of each shared response. */
function takeErrors({ paths }) {
  const statuses = {};
  for (const operation of Object.values(paths).flatMap(Object.values)) {
    const errors = Object.entries(operation.responses).filter(([status]) => status >= 400);
    for (const [status, { $ref }] of errors) {
      statuses[$ref.split('/').at(-1)] = status;
      delete operation.responses[status];
    }
    const names = errors.map(([status]) => status).join(', ');
    operation.description = `${operation.description ?? ''}\n\nErrors: ${names}. See [Errors](#errors).`;
  }
  return statuses;
}

function showErrors({ components }, statuses) {
  const rows = document.querySelector('#errors tbody');
  const shown = Object.entries(components.responses).filter(([name]) => name in statuses);
  for (const [name, { description, headers }] of shown) {
    for (const [, code, when] of description.matchAll(/^`(\w+)`: (.*)$/gm)) {
      const row = rows.insertRow();
      const waits = 'Retry-After' in headers ? 'yes' : 'no';
      for (const text of [statuses[name], code, when.replaceAll('`', ''), waits])
        row.insertCell().textContent = text;
    }
  }
  rows.closest('[hidden]').hidden = false;
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
        React.createElement(
          Original,
          isLines(props.contentType) ? { ...props, contentType: 'text/plain' } : props,
        ),
    },
  };
}

function isLines(mediaType) {
  return String(mediaType).startsWith('application/x-ndjson');
}

/** Shows only the operations, because the page itself has a title and landmarks. Removes links in buttons, for screen readers. */
function plainMarkup({ React }) {
  return {
    components: {
      OperationsAlone: ({ getComponent }) =>
        React.createElement(
          'div',
          { className: 'swagger-ui' },
          React.createElement(getComponent('operations', true)),
        ),
    },
    wrapComponents: {
      DeepLink:
        () =>
        ({ text }) =>
          React.createElement('span', null, text),
      TextArea: (Original) => (props) =>
        React.createElement(Original, { 'aria-label': 'Request body', ...props }),
    },
  };
}

function mend() {
  for (const table of place.querySelectorAll('table[role=region]')) table.removeAttribute('role');
  for (const block of place.querySelectorAll('pre:not([tabindex])')) block.tabIndex = 0;
}
