import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import * as textValues from '../core/text-values.ts';

/** One setting: its environment variable, what it accepts, and its default. */
export interface Setting<T> {
  readonly name: string;
  readonly is: Kind<T>;
  readonly byDefault: T;
  readonly says: string;
  /** A secret can also come from the file that `NAME_FILE` names, and its value is never shown. */
  readonly isSecret?: true;
}

/** Begins a row of a table of settings; `says` completes it with a description. The type of the value follows from `is`. */
export function setting<T>(name: string, is: Kind<T>, byDefault: NoInfer<T>) {
  return { says: (says: string): Setting<T> => ({ name, is, byDefault, says }) };
}

/** A row without a default. An empty text counts as not set. */
export function optionalSetting<T>(name: string, is: Kind<T>) {
  return setting<T | undefined>(name, emptyIs('none', is), undefined);
}

/** Marks a row as a secret. */
export function secret<T>(row: Setting<T>): Setting<T> {
  return { ...row, isSecret: true };
}

/** What the text of a setting must be, in words and as a check. */
export interface Kind<T> {
  readonly accepts: string;
  /** Whether an empty text means the default. */
  readonly allowsEmpty?: true;
  /** The value, or `undefined` if the text is not acceptable. */
  parse(text: string): T | undefined;
}

export function wholeNumber(min: number, max: number): Kind<number> {
  return {
    accepts: `a whole number from ${min} to ${max}`,
    parse: (text) => textValues.wholeNumber(text, min, max),
  };
}

export function decimal(min: number, max: number): Kind<number> {
  return {
    accepts: `a number from ${min} to ${max}`,
    parse(text) {
      const value = Number(text);
      return /^\d+(\.\d+)?$/.test(text) && value >= min && value <= max ? value : undefined;
    },
  };
}

export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  return {
    accepts: `one of ${words.join(', ')}`,
    parse: (text) => words.find((word) => word === text),
  };
}

/** Makes an empty text mean the default, as the OpenTelemetry specification demands. */
export function emptyIsDefault<T>(kind: Kind<T>): Kind<T> {
  return emptyIs('the default', kind);
}

function emptyIs<T>(what: string, kind: Kind<T>): Kind<T> {
  return { accepts: `${kind.accepts}, or empty for ${what}`, allowsEmpty: true, parse: kind.parse };
}

/** A flag as the OpenTelemetry specification defines it. */
export const standardFlag: Kind<boolean> = {
  accepts: '`true`; anything else is false',
  parse: (text) => text.toLowerCase() === 'true',
};

/** The name of a file of certificates. The value is the content of the file. */
export const certificates = pemFile(
  'certificates',
  // Throws if a block is not a certificate, because TLS would ignore the block and then trust no server.
  (pem) => Array.from(pem.match(CERTIFICATE) ?? [], (block) => new X509Certificate(block)).length > 0,
);

/** The name of the file of a private key without a password. The value is the content of the file. */
export const privateKey = pemFile('a private key', createPrivateKey);

/** `isFine` returns a falsy value or throws if the file holds something else. */
function pemFile(what: string, isFine: (pem: string) => unknown): Kind<string> {
  return {
    accepts: `the name of a file of ${what} in PEM that can be read`,
    parse(text) {
      try {
        const pem = readFileSync(text, 'utf8');
        return isFine(pem) ? pem : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

const CERTIFICATE = /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END \1CERTIFICATE-----/g;

/** An absolute URL of one of these schemes, without query and fragment, whose credentials can be decoded. */
export function urlOf(...schemes: readonly string[]): Kind<string> {
  return {
    accepts: `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}, without query or fragment, and with a % in its user name or password written as %25`,
    parse(text) {
      const url = URL.parse(text);
      const isFine =
        url && schemes.includes(url.protocol.slice(0, -1)) && url.hostname && !url.search && !url.hash;
      return isFine && hasClearCredentials(url) ? text : undefined;
    },
  };
}

/** Whether the user name and the password can be decoded. A `%` in them must be written as `%25`. */
function hasClearCredentials({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
    return true;
  } catch {
    return false;
  }
}

const anyRedisUrl = urlOf('redis', 'rediss');

/** The address of a Redis server. The path of the URL is the number of a database. */
export const redisUrl: Kind<string> = {
  accepts: `${anyRedisUrl.accepts}; its path, if any, is the number of a database`,
  parse(text) {
    const url = anyRedisUrl.parse(text);
    if (!url || !/^(\/(0|[1-9]\d{0,5})?)?$/.test(new URL(text).pathname)) return undefined;
    // `href` has the scheme in lower case, because the Redis client does not accept `REDISS:`.
    return new URL(text).href;
  },
};

/** Origins of sites, exactly as browsers send them, or `*` for all sites. */
export const origins: Kind<readonly string[]> = {
  accepts: 'origins like https://app.example with commas between them, without patterns, or * for all',
  parse(text) {
    const list = text.split(',').map((origin) => origin.trim());
    return text === '*' || list.every(isOrigin) ? list : undefined;
  },
};

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.origin !== text) return false;
  return ['http:', 'https:'].includes(url.protocol) && /^([\w.-]+|\[[\da-f:]+\])$/.test(url.hostname);
}

export const hostName: Kind<string> = {
  accepts: 'an IP address without brackets or a host name',
  parse: (text) => (isIP(text) !== 0 || /^[\w.-]+$/.test(text) ? text : undefined),
};
