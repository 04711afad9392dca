/** Checks a value from outside. */
type Check<Type> = (value: unknown) => value is Type;

/** The type of the values that pass a check. */
type Checked<Passes> = Passes extends Check<infer Type> ? Type : never;

const isText = (value: unknown) => typeof value === 'string';
const isNumber = (value: unknown) => typeof value === 'number';
const isDate = (value: unknown): value is string => isText(value) && !Number.isNaN(Date.parse(value));
const isCount = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 1;

function isOneOf<const Value>(...values: readonly Value[]): Check<Value> {
  return (value): value is Value => values.some((each) => each === value);
}

function isNullOr<Type>(check: Check<Type>): Check<Type | null> {
  return (value) => value === null || check(value);
}

function isListOf<Type>(check: Check<Type>): Check<readonly Type[]> {
  return (value): value is readonly Type[] => Array.isArray(value) && value.every(check);
}

function hasFields<Checks extends Readonly<Record<string, Check<unknown>>>>(checks: Checks) {
  type Type = { readonly [Name in keyof Checks]: Checked<Checks[Name]> };
  return (value: unknown): value is Type => {
    const fields = new Map<string, unknown>(Object.entries(Object(value)));
    return Object.entries(checks).every(([name, check]) => check(fields.get(name)));
  };
}

const isStatus = isOneOf('up', 'down');
const isCause = isOneOf('service', 'upstream');

export type Status = Checked<typeof isStatus>;

/** `upstream`: only fresh texts fail. `service`: known texts fail, too. */
export type Cause = Checked<typeof isCause>;

const isNotification = hasFields({
  status: isStatus,
  /** The address that is watched. */
  url: isText,
  /** Several rounds in a row led to this status. This is when the first of them began. */
  since: isText,
  /** When the last of these rounds began. */
  at: isText,
  /** The cause of the outage; null for `up`. */
  cause: isNullOr(isCause),
  /** A sentence for people. */
  reason: isText,
  /** How long the answers took in the last round, or how long the round waited before it failed. */
  freshMs: isNumber,
  knownMs: isNumber,
  /** How long the service was down; null for `down`. */
  downMs: isNullOr(isNumber),
});

/** The report that a service went down or came back: the body of a JSON webhook, and a part of the saved state. */
export type Notification = Checked<typeof isNotification>;

/** Whether this is the saved state of a watch. */
export const isState = hasFields({
  version: isOneOf(1),
  url: isText,
  status: isStatus,
  /** When the first of the rounds that led to this status began. Before the first change of status, when the watch began. */
  since: isDate,
  /** How many of the latest rounds in a row contradict this status, and when the first of them began; `null` if none does. */
  contrary: isNullOr(hasFields({ rounds: isCount, since: isDate })),
  /**
   * The notifications that each receiver has not got yet, oldest first. Receivers are identified by their position,
   * because an address is a secret, and because a corrected address then gets what it missed.
   */
  owed: isListOf(isListOf(isNotification)),
});

/** Everything that a watch needs to go on after a restart. */
export type WatchState = Checked<typeof isState>;

/** The status of a service, and how many rounds contradict it. */
export type Standing = Pick<WatchState, 'status' | 'since' | 'contrary'>;
