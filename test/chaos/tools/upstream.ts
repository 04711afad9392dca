import { type ShoutcloudOptions, startShoutcloud } from '../../../src/shoutcloud/server.ts';

export type Upstream = Awaited<ReturnType<typeof startUpstream>>;

/** The compatible server that this project ships, in this process; it can go, and come back on its port. */
export async function startUpstream(options: ShoutcloudOptions) {
  let server = await startShoutcloud(options);
  const { url, port } = server;
  let earlierCalls = 0;
  return {
    url,
    calls: () => earlierCalls + server.calls,
    /** From the next request on. */
    setFaults: (faults: string) => server.setFaults(faults),
    /** The server stops listening and closes every connection. */
    close: () => server.close(),
    async open() {
      earlierCalls += server.calls;
      server = await startShoutcloud({ ...options, port });
    },
  };
}
