type Close = () => Promise<unknown>;

/**
 * Calls `start`, and waits until `stop` resolves. It does not wait for a `start` that hangs. Then, or if `start` fails,
 * closes everything that `start` has put into `opened`, in reverse order.
 */
export async function runUntil(
  stop: Promise<unknown>,
  start: (opened: Close[]) => Promise<unknown>,
): Promise<void> {
  const opened: Close[] = [];
  try {
    await Promise.race([start(opened), stop]);
    await stop;
  } finally {
    for (const close of opened.reverse()) await close();
  }
}

/** The names of the settings or options that set the host and the port to listen on. */
export interface AddressNames {
  /** `address` is the host name whose look-up failed, or the address on which listening failed. */
  readonly host: (address: string, port: number) => string;
  readonly port: (port: number) => string;
}

interface ListenError extends Error {
  readonly code: string;
  readonly port?: number;
  readonly address?: string;
  readonly hostname?: string;
}

const LISTEN_CALLS = ['listen', 'bind', 'getaddrinfo'];

/** Whether Node threw this because it could not listen on an address. */
export function isListenError(error: unknown): error is ListenError {
  return error instanceof Error && 'syscall' in error && LISTEN_CALLS.includes(String(error.syscall));
}

const FAULTS_OF_PORTS = new Map([
  ['EADDRINUSE', 'is taken: another program listens on it'],
  ['EACCES', 'is not permitted to this user'],
]);

const FAULTS_OF_HOSTS = new Map([
  ['EADDRNOTAVAIL', 'is not an address of this machine'],
  ['ENOTFOUND', 'is not the name of an address'],
  ['EAI_AGAIN', 'is not the name of an address'],
]);

/** Turns a failure to listen into an error that says which setting to change. Returns any other error unchanged. */
export function listenFailure(error: unknown, names: AddressNames): unknown {
  if (!isListenError(error)) return error;
  const { code, port = 0, address = '', hostname: host = address } = error;
  const ofPort = FAULTS_OF_PORTS.get(code);
  const ofHost = FAULTS_OF_HOSTS.get(code);
  const sentence = ofPort
    ? `${names.port(port)} ${port} ${ofPort} (${code})`
    : `${names.host(host, port)} ${host} ${ofHost} (${code})`;
  return ofPort || ofHost ? new Error(sentence, { cause: error }) : error;
}
