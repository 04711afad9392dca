/** What the user calls the two parts of an address to listen on: settings, or options of the command line. */
export interface AddressNames {
  /** Of this address or name. */
  readonly host: (address: string) => string;
  /** Of this port. */
  readonly port: (port: number) => string;
}

/** A sentence for an address that cannot be listened on, which names what to change; any other error as it is. */
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

/** Whether it is one that Node gives for an address to listen on. */
export function isListenError(error: unknown): error is ListenError {
  return error instanceof Error && 'syscall' in error && LISTEN_CALLS.includes(String(error.syscall));
}

const LISTEN_CALLS = ['listen', 'bind', 'getaddrinfo'];
