/** Ends something that was opened. */
type Close = () => Promise<unknown>;

/**
 * Runs what `start` opens until `stop` resolves, which also ends a start that hangs. At the end, and if the start fails,
 * everything that `start` has put into `opened` by then is closed, the last one first.
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

/** For an address that cannot be listened on, an error that names what to change; any other error as it is. */
export function listenFailure(error: unknown, names: AddressNames): unknown {
  if (!isListenError(error)) return error;
  const { code, port = 0, address = '', hostname = '' } = error;
  const name = `${names.port(port)} ${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return new Error(`${name} is taken: another program listens on it (${code})`, { cause: error });
    case 'EACCES':
      return new Error(`${name} is not for this user to listen on (${code})`, { cause: error });
    case 'EADDRNOTAVAIL':
      return new Error(`${names.host(address)} ${address} is no address of this machine (${code})`, {
        cause: error,
      });
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new Error(`${names.host(hostname)} ${hostname} is no name of an address (${code})`, {
        cause: error,
      });
    default:
      return error;
  }
}

interface ListenError extends Error {
  readonly code: string;
  readonly port?: number;
  readonly address?: string;
  readonly hostname?: string;
}

/** Whether Node has thrown it because of an address to listen on. */
export function isListenError(error: unknown): error is ListenError {
  return error instanceof Error && 'syscall' in error && LISTEN_CALLS.includes(String(error.syscall));
}

const LISTEN_CALLS = ['listen', 'bind', 'getaddrinfo'];
