import type { DestinationStream } from 'pino';

/** Lines for people. The package is loaded only here: production neither has nor needs it. */
export async function readableLog(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ ignore: 'pid,hostname', singleLine: true, sync: true });
}
