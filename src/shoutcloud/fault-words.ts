/** One written fault, `name=value,parameter=value`, taken apart; its readers throw an Error that names the bad part. */
export interface FaultWords {
  name: string;
  /** The value, a whole number in this range; without a fallback it must be there. */
  wholeNumber(range: { min: number; max: number; fallback?: number }): number;
  /** The value, one of these; the first where it is missing. */
  oneOf<Choice extends string>(choices: readonly [Choice, ...Choice[]]): Choice;
  parameter(name: string): string | undefined;
  /** Throws if something was written that nobody read. */
  end(): void;
}

export function faultWords(text: string): FaultWords {
  const fail = (problem: string): never => {
    throw new Error(`fault "${text}": ${problem}`);
  };
  const [first = '', ...rest] = text.split(',');
  const [name, value] = splitAtEquals(first);
  const unread = new Map(value === undefined ? [] : [['', value]]);
  for (const parameter of rest) {
    const [key, written] = splitAtEquals(parameter);
    unread.set(key || fail(`"${parameter}" has no name`), written ?? fail(`"${parameter}" needs a value`));
  }
  const take = (key: string) => {
    const written = unread.get(key);
    unread.delete(key);
    return written;
  };

  return {
    name,
    wholeNumber({ min, max, fallback }) {
      const written =
        take('') ?? fallback ?? fail(`${name} needs a value, a whole number from ${min} to ${max}`);
      const number = /^\d+$/.test(`${written}`) ? Number(written) : Number.NaN;
      return number >= min && number <= max
        ? number
        : fail(`"${written}" is not a whole number from ${min} to ${max}`);
    },
    oneOf(choices) {
      const written = take('') ?? choices[0];
      return (
        choices.find((choice) => choice === written) ?? fail(`"${written}" is none of ${choices.join(', ')}`)
      );
    },
    parameter: take,
    end() {
      for (const key of unread.keys())
        fail(key === '' ? `${name} takes no value` : `${name} takes no "${key}"`);
    },
  };
}

function splitAtEquals(text: string): [string, string?] {
  const equals = text.indexOf('=');
  return equals < 0 ? [text] : [text.slice(0, equals), text.slice(equals + 1)];
}
