import { isIPv6 } from 'node:net';
import { type Command, InvalidArgumentError, Option } from 'commander';
import * as kinds from '../config/kinds.ts';
import type { Environment } from '../config/read-config.ts';
import { durationText, isHttpAddress } from '../core/text-values.ts';

/** Returns a function that reads a whole number in a range. It throws commander's error, which names the range. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  const kind = kinds.wholeNumber(min, max);
  return (text) => {
    const value = kind.parse(text);
    if (value === undefined) throw new InvalidArgumentError(`It must be ${kind.accepts}.`);
    return value;
  };
}

const UNIT_MS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** Reads a duration such as `500ms`, `30s`, `1.5m` or `2h`, from 10 ms to a day; the value is in milliseconds. */
export function duration(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Math.round(Number(number) * (UNIT_MS.get(unit) ?? Number.NaN));
  if (ms >= 10 && ms <= 86_400_000) return ms;
  throw new InvalidArgumentError('It must be a number with a unit (ms, s, m or h), from 10ms to 24h.');
}

/** An option that takes a duration. If it is not given and has no default, its value is `undefined`. */
export function durationOption(flag: string, about: string, byDefaultMs?: number): Option {
  const option = new Option(`${flag} <duration>`, about).argParser(duration);
  return byDefaultMs === undefined ? option : option.default(byDefaultMs, durationText(byDefaultMs));
}

export const URL_OPTION = [
  '--url <address>',
  'address of the service (by default TUOHS_URL, or else this machine on port PORT or 5000)',
] as const;

/** The address of `--url` or TUOHS_URL; without them, the address at which `tuohs serve` listens in this environment. */
export function serviceUrl(option: string | undefined, environment: Environment, command: Command): string {
  const { TUOHS_URL: url, HOST: host, PORT: port = '5000' } = environment;
  return checkedUrl(option ?? (url || localUrl(host, port)), command);
}

/** The address of the admin port: `--url`, else the one at which `tuohs serve` listens in this environment. */
export function adminUrl(option: string | undefined, environment: Environment, command: Command): string {
  const { HOST: host, ADMIN_HOST: adminHost, ADMIN_PORT: port = '9464' } = environment;
  return checkedUrl(option ?? localUrl(adminHost || host, port), command);
}

/** Also accepts addresses without a scheme, such as `localhost:5000`. A wrong address is reported as wrong usage. */
function checkedUrl(address: string, command: Command): string {
  const url = address.includes('://') ? address : `http://${address}`;
  if (isHttpAddress(url)) return url;
  // Does not show an address with an @, because it can hold a password.
  const shown = url.includes('@') ? '' : `, not '${url}'`;
  return command.error(
    `the address of the service must be a URL such as http://localhost:5000, without a password${shown}`,
  );
}

function localUrl(host = '', port: string): string {
  const isAny = ['', '0.0.0.0', '::'].includes(host);
  const name = isIPv6(host) ? `[${host}]` : host;
  return `http://${isAny ? 'localhost' : name}:${port}`;
}
