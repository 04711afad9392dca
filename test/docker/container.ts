import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { type Ending, startProgram } from '../support/process.ts';

/** The image under test. `make test-docker` builds it and sets its name. */
export const image = process.env.DOCKER_IMAGE ?? '';

/** The output of docker with these arguments. Rejects with its error message. */
export async function docker(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', args);
  return stdout.trim();
}

/** Runs the image without root, a writable disk and capabilities, which it must not need. `process` is the docker command. */
export function hardenedContainer(
  ending: Ending,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
) {
  const name = `tuohs-test-${randomUUID()}`;
  const settings = Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]);
  // Free ports on the network of the host. The log names them.
  const least = ['--user', '1001', '--read-only', '--cap-drop', 'ALL', '--network', 'host'];
  const started = startProgram(ending, {
    command: 'docker',
    args: ['run', '--rm', '--name', name, ...least, ...settings, image, ...args],
  });
  ending.after(async () => {
    await docker('rm', '--force', name).catch(() => {});
  });
  return { name, process: started };
}
