/** The wish of whoever runs the process that it ends: SIGTERM, SIGINT or SIGHUP. */
export interface StopSignals {
  /** Resolves at the first of them, also one that came before anyone asked. */
  readonly first: Promise<void>;
  /** Resolves at the second: whoever sends it does not want to wait. */
  readonly second: Promise<void>;
}

/** Listens for these signals from now on. */
export function stopSignals(process: NodeJS.EventEmitter): StopSignals {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let count = 0;
  const onSignal = () => {
    count++;
    if (count === 1) first.resolve();
    else second.resolve();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, onSignal);
  return { first: first.promise, second: second.promise };
}
