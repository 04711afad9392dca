import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { holdEverybody } from './everybody.ts';

/** What a setting's text must look like, in words and as a check. */
export interface Kind<T> {
  readonly accepts: string;
  /** The value, which is `undefined` where the text stands for the default; or `undefined` where it is not acceptable. */
  parse(text: string): { value: T | undefined } | undefined;
}

export function wholeNumber(min: number, max: number): Kind<number> {
  return {
    accepts: `a whole number from ${min} to ${max}`,
    parse(text) {
      const value = Number(text);
      return /^\d+$/.test(text) && value >= min && value <= max ? { value } : undefined;
    },
  };
}

export function decimal(min: number, max: number): Kind<number> {
  return {
    accepts: `a number from ${min} to ${max}`,
    parse(text) {
      const value = Number(text);
      return /^\d+(\.\d+)?$/.test(text) && value >= min && value <= max ? { value } : undefined;
    },
  };
}

export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  return {
    accepts: `one of ${words.join(', ')}`,
    parse(text) {
      const value = words.find((word) => word === text);
      return value && { value };
    },
  };
}

/** The same, or an empty text for none. */
export function optional<T>(kind: Kind<T>): Kind<T | undefined> {
  return {
    accepts: `${kind.accepts}, or empty for none`,
    parse: (text) => (text === '' ? { value: undefined } : kind.parse(text)),
  };
}

/** The same, or an empty text for the default, as the OpenTelemetry specification has it. */
export function emptyIsDefault<T>(kind: Kind<T>): Kind<T> {
  return {
    accepts: `${kind.accepts}, or empty for the default`,
    parse: (text) => (text === '' ? { value: undefined } : kind.parse(text)),
  };
}

/** A flag as the OpenTelemetry specification has it. */
export const standardFlag: Kind<boolean> = {
  accepts: '`true`; anything else is false',
  parse: (text) => ({ value: text.toLowerCase() === 'true' }),
};

/** The name of a file of certificates; the value is what it holds. */
export const certificates: Kind<string> = {
  accepts: 'the name of a file of certificates in PEM that can be read',
  parse(text) {
    try {
      const value = readFileSync(text, 'utf8');
      const blocks = value.match(CERTIFICATE) ?? [];
      // Throws at one that is none. TLS would leave it out and then trust nobody.
      for (const block of blocks) new X509Certificate(block);
      return blocks.length > 0 ? { value } : undefined;
    } catch {
      return undefined;
    }
  },
};

const CERTIFICATE = /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[^-]*-----END \1CERTIFICATE-----/g;

/** More are never in a row; a number that no client could exceed would let each choose its own address. */
const MOST_PROXIES = 32;

/** Which proxies to believe about who the client is: how many stand before us, or their addresses. */
export const proxies: Kind<number | string[]> = {
  accepts: `a number of proxies from 0 to ${MOST_PROXIES}, or their addresses or networks with commas between them, which must not hold everybody on the internet`,
  parse(text) {
    if (/^\d+$/.test(text)) return Number(text) <= MOST_PROXIES ? { value: Number(text) } : undefined;
    const addresses = text.split(',').map((address) => address.trim());
    const areFine = addresses.every(isAddressOrNetwork) && !holdEverybody(addresses);
    return areFine ? { value: addresses } : undefined;
  },
};

function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const isNamed = ['loopback', 'linklocal', 'uniquelocal'].includes(text);
  const mostBits = isIP(address) === 6 ? 128 : 32;
  const areBitsFine = bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= mostBits);
  return isNamed || (isIP(address) !== 0 && areBitsFine && rest.length === 0);
}

/** An absolute URL of one of these schemes, with nothing behind its path and credentials that can be decoded. */
export function urlOf(...schemes: readonly string[]): Kind<string> {
  return {
    accepts: `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}, without query or fragment`,
    parse(text) {
      const url = URL.parse(text);
      const isFine =
        url && schemes.includes(url.protocol.slice(0, -1)) && url.hostname && !url.search && !url.hash;
      return isFine && hasClearCredentials(url) ? { value: text } : undefined;
    },
  };
}

/** A `%` in a user name or password has to be written as `%25`. */
function hasClearCredentials({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
    return true;
  } catch {
    return false;
  }
}

/** The address of a Redis; its path is the number of a database. */
export const redisUrl: Kind<string> = {
  accepts:
    'a URL that starts with redis:// or rediss://, without query or fragment; its path, if any, is the number of a database, and a % in its password is written as %25',
  parse(text) {
    const url = urlOf('redis', 'rediss').parse(text);
    if (!url || !/^(\/(0|[1-9]\d{0,5})?)?$/.test(new URL(text).pathname)) return undefined;
    // The client knows `rediss:` in lower case only.
    return { value: new URL(text).href };
  },
};

/** Sites by their origins, exactly as browsers send them, or `*` for all sites. */
export const origins: Kind<readonly string[]> = {
  accepts: 'origins like https://app.example with commas between them, without patterns, or * for all',
  parse(text) {
    const list = text.split(',').map((origin) => origin.trim());
    return text === '*' || list.every(isOrigin) ? { value: list } : undefined;
  },
};

function isOrigin(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.origin !== text) return false;
  return ['http:', 'https:'].includes(url.protocol) && /^([\w.-]+|\[[\da-f:]+\])$/.test(url.hostname);
}

export const word: Kind<string> = {
  accepts: 'a word without spaces',
  parse: (text) => (/^\S+$/.test(text) ? { value: text } : undefined),
};
