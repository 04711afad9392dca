import { Command } from 'commander';
import type { Surroundings } from './surroundings.ts';

/** `tuohs openapi`: writes the OpenAPI document of the public API to stdout. */
export function openapiCommand({ stdout }: Surroundings): Command {
  return new Command('openapi').description('print the OpenAPI 3.1 document of the API').action(async () => {
    // The other commands need none of it.
    const { describeApi } = await import('../app.ts');
    stdout.write(`${JSON.stringify(await describeApi(), undefined, 2)}\n`);
  });
}
