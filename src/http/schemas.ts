import { Type } from 'typebox';

const text = Type.String({ description: 'Any text, the empty one included.', examples: ['hello'] });

/** What users send: JSON, or a form with a field of this name. Nothing is coerced, other keys are ignored. */
export const shoutRequest = Type.Object(
  { data: text },
  { title: 'ShoutRequest', examples: [{ data: 'hello' }] },
);

/** The same as a query. */
export const shoutQuery = Type.Object({ data: text });

export const shoutAnswer = Type.Object(
  { data: Type.String({ description: 'The text, reversed and upper-cased.' }) },
  { title: 'ShoutAnswer', additionalProperties: false, examples: [{ data: 'OLLEH' }] },
);
