import type { Setting } from '../src/config/kinds.ts';

/** What the generated files need of a setting: all but the way its text is parsed. */
export type DocumentedSetting = Pick<Setting<unknown>, 'name' | 'byDefault' | 'says' | 'isSecret'> & {
  readonly is: { readonly accepts: string };
};

/** The default as one would write it into the environment; empty where there is none. */
export function defaultText({ byDefault }: DocumentedSetting): string {
  if (byDefault === undefined || byDefault === null) return '';
  return Array.isArray(byDefault) ? byDefault.join(',') : String(byDefault);
}
