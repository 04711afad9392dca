import { type ShoutcloudOptions, startShoutcloud } from '../../../src/shoutcloud/server.ts';

export type Upstream = Awaited<ReturnType<typeof startUpstream>>;

/** The SHOUTCLOUD-compatible server of this project, in this process. It can be stopped, and started again on its port. */
export async function startUpstream(options: ShoutcloudOptions) {
  let server = await startShoutcloud(options);
  const { url, port } = server;
  let earlierCalls = 0;
  return {
    url,
    calls: () => earlierCalls + server.calls,
    /** Takes effect with the next request. */
    setFaults: (faults: string) => server.setFaults(faults),
    /** Stops listening and closes every connection. */
    close: () => server.close(),
    async open() {
      earlierCalls += server.calls;
      server = await startShoutcloud({ ...options, port });
    },
  };
}
