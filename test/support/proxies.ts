import { execFileSync, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { folder } from './folder.ts';
import { httpServer } from './http-server.ts';
import { type Ending, startProgram } from './process.ts';

/** The `skip` of tests with proxies in Go: skipped without Go, but never in CI. */
export const skipWithoutGo =
  spawnSync('go', ['version']).status === 0 || process.env.CI ? false : 'there is no go';

/** Builds a reverse proxy from Go's library, once for a file. Returns a function that starts it in front of a service. */
export async function goProxy(ending: Ending) {
  const program = join(await folder(ending), 'slow-reverse-proxy');
  const source = fileURLToPath(new URL('slow-reverse-proxy.go', import.meta.url));
  execFileSync('go', ['build', '-o', program, source]);

  /** All its clients share an uplink with this many bytes a second. 0 means no limit. */
  return async (t: TestContext, target: string, bytesASecond: number): Promise<string> => {
    const proxy = startProgram(t, { command: program, args: [target, `${bytesASecond}`] });
    const { port } = await proxy.logLine('listening');
    return `http://127.0.0.1:${port}`;
  };
}

/** A proxy that speaks HTTP/1.0. It collects the whole request, and then the whole answer. */
export async function bufferingProxy(t: TestContext, target: string): Promise<string> {
  const { port } = new URL(target);
  const { url } = await httpServer(t, async (request) => {
    const body = await buffer(request);
    const origin = connect(Number(port), '127.0.0.1');
    const type = request.headers['content-type'] ?? '';
    origin.write(`${request.method} ${request.url} HTTP/1.0\r\nHost: ${new URL(target).host}\r\n`);
    origin.write(`Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`);
    origin.write(body);
    const answer = await text(origin);
    request.socket.end(answer.replace(/^HTTP\/1\.1/, 'HTTP/1.0'));
  });
  return url;
}
