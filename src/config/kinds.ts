/** What a setting's text must look like, in words and as a check. */
export interface Kind<T> {
  readonly accepts: string;
  /** The value, or `undefined` where the text is not acceptable. */
  parse(text: string): { value: T } | undefined;
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

export function oneOf<const T extends string>(...words: readonly T[]): Kind<T> {
  return {
    accepts: `one of ${words.join(', ')}`,
    parse(text) {
      const value = words.find((word) => word === text);
      return value && { value };
    },
  };
}

/** An absolute URL of one of these schemes, with nothing behind its path. */
export function urlOf(...schemes: readonly string[]): Kind<string> {
  return {
    accepts: `a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}, without query or fragment`,
    parse(text) {
      const url = URL.parse(text);
      const isFine =
        url && schemes.includes(url.protocol.slice(0, -1)) && url.hostname && !url.search && !url.hash;
      return isFine ? { value: text } : undefined;
    },
  };
}

export const word: Kind<string> = {
  accepts: 'a word without spaces',
  parse: (text) => (/^\S+$/.test(text) ? { value: text } : undefined),
};
