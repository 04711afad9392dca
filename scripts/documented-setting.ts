import type { Setting } from '../src/config/kinds.ts';

/** What the generated files need of a setting: everything but its parser. */
export type DocumentedSetting = Pick<Setting<unknown>, 'name' | 'byDefault' | 'says' | 'isSecret'> & {
  readonly is: { readonly accepts: string };
};

/** The default as it is written in the environment; empty if there is none. */
export function defaultText({ byDefault }: DocumentedSetting): string {
  if (byDefault === undefined || byDefault === null) return '';
  return Array.isArray(byDefault) ? byDefault.join(',') : String(byDefault);
}
