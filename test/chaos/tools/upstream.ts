import { type ShoutcloudOptions, startShoutcloud } from '../../../src/shoutcloud/server.ts';

/** The compatible server that this project ships, in this process; it can go, and come back on its port. */
export interface Upstream {
  readonly url: string;
  calls(): number;
  /** From the next request on. */
  setFaults(faults: string): void;
  /** The server stops listening and closes every connection. */
  close(): Promise<void>;
  open(): Promise<void>;
}

export async function startUpstream(options: ShoutcloudOptions): Promise<Upstream> {
  let server = await startShoutcloud(options);
  const { url, port } = server;
  let earlierCalls = 0;
  return {
    url,
    calls: () => earlierCalls + server.calls,
    setFaults: (faults) => server.setFaults(faults),
    close: () => server.close(),
    async open() {
      earlierCalls += server.calls;
      server = await startShoutcloud({ ...options, port });
    },
  };
}
