type Close = () => Promise<unknown>;

/**
 * Calls `start`, and waits until `stop` resolves, even if the start hangs. Then, or if the start fails, closes everything
 * that `start` has put into `opened`, the last one first.
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

/** The settings or options that name the two parts of an address to listen on. */
export interface AddressNames {
  /** `address` is the name that could not be looked up, or else the address that could not be listened on. */
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

/** Whether Node threw this because of an address to listen on. */
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

/** Turns the error of an address that cannot be listened on into one that says what to change. Returns any other unchanged. */
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
