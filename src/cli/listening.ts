/** Ends something that was opened. */
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
  readonly host: (address: string) => string;
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

/** For an address that cannot be listened on, an error that names what to change; any other error as it is. */
export function listenFailure(error: unknown, names: AddressNames): unknown {
  const reason = isListenError(error) && reasonOf(error, names);
  return reason ? new Error(`${reason} (${error.code})`, { cause: error }) : error;
}

function reasonOf(error: ListenError, names: AddressNames): string | undefined {
  const { code, port = 0, address = '', hostname = '' } = error;
  switch (code) {
    case 'EADDRINUSE':
      return `${names.port(port)} ${port} is taken: another program listens on it`;
    case 'EACCES':
      return `this user is not permitted to listen on ${names.port(port)} ${port}`;
    case 'EADDRNOTAVAIL':
      return `${names.host(address)} ${address} is not an address of this machine`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${names.host(hostname)} ${hostname} is not the name of an address`;
    default:
      return undefined;
  }
}
