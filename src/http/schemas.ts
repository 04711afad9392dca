import { Type } from 'typebox';

/** What users send: JSON, or a form with a field of this name. Nothing is coerced. */
export const shoutRequest = Type.Object({ data: Type.String() });

export const shoutQuery = Type.Object({ data: Type.String() });
