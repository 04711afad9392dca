import type { FastifySwaggerUiOptions } from '@fastify/swagger-ui';

/**
 * What the page of the reference needs of its own origin; nothing comes from anywhere else. Its style sheet holds the
 * arrows of its boxes as `data:` images. Its own bar at the top would need inline styles, so there is none.
 */
export const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

// The bar that is left out would follow the scheme.
const SCHEME = `
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();
`;

// Tables of statuses and headers are wider than a phone.
const NARROW = `
.swagger-ui .responses-inner, .swagger-ui .parameters-container { overflow-x: auto; }
`;

interface SwaggerUi {
  readonly fn: { getSampleSchema: Sample };
}

type Sample = (schema: unknown, mediaType: string, config: unknown, example: unknown) => unknown;

/** Runs in the browser. Swagger UI takes a text of lines for one JSON string, and would send it in quotes. */
function linesAsTheyAre() {
  return {
    afterLoad(this: SwaggerUi) {
      const sample = this.fn.getSampleSchema;
      this.fn.getSampleSchema = (schema, mediaType, config, example) =>
        mediaType === 'application/x-ndjson' ? example : sample(schema, mediaType, config, example);
    },
  };
}

export const UI: FastifySwaggerUiOptions = {
  uiConfig: {
    layout: 'BaseLayout',
    tryItOutEnabled: true,
    displayRequestDuration: true,
    validatorUrl: null,
    plugins: [linesAsTheyAre],
  },
  theme: {
    title: 'tuohs API',
    css: [{ filename: 'narrow.css', content: NARROW }],
    js: [{ filename: 'scheme.js', content: SCHEME }],
  },
};

/** The page as the plugin makes it, which phones would otherwise shrink to the size of a desktop's. */
export function withViewport(payload: unknown): unknown {
  if (typeof payload !== 'string' || !payload.includes('<head>')) return payload;
  return payload.replace(
    '<head>',
    '<head><meta name="viewport" content="width=device-width, initial-scale=1">',
  );
}
