import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Compose {
  /** Runs a command of docker compose and shows its output. Throws if it fails. */
  run(...args: string[]): void;
  /** The address at which this machine reaches a port of a service. */
  url(service: string, port: number): string;
  /** Resolves when the service prints a line with this beginning. `onLine` gets each line until then. */
  lineOf(service: string, beginning: string, onLine: (line: string) => void): Promise<void>;
}

/** docker compose in the folder of compose.yaml, with these variables in addition to those of the process. */
export function compose(environment: Readonly<Record<string, string>>): Compose {
  const options = { cwd: root, env: { ...process.env, ...environment } };
  return {
    run(...args) {
      const { status } = spawnSync('docker', ['compose', ...args], { ...options, stdio: 'inherit' });
      if (status !== 0) throw new Error(`docker compose ${args.join(' ')} failed`);
    },
    url(service, port) {
      const args = ['compose', 'port', service, `${port}`];
      const printed = execFileSync('docker', args, { ...options, encoding: 'utf8' });
      return `http://localhost:${printed.trim().split(':').at(-1)}`;
    },
    async lineOf(service, beginning, onLine) {
      const args = ['compose', 'logs', '--follow', '--no-log-prefix', '--tail', '0', service];
      const logs = spawn('docker', args, { ...options, stdio: ['ignore', 'pipe', 'inherit'] });
      try {
        for await (const line of createInterface({ input: logs.stdout })) {
          onLine(line);
          if (line.startsWith(beginning)) return;
        }
      } finally {
        logs.kill();
      }
      throw new Error(`${service} ended before it printed: ${beginning}`);
    },
  };
}
