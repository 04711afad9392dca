import { readArguments } from '../arguments.ts';
import { output } from './command.ts';
import { areUsable } from './deploy-arguments.ts';
import { deploy } from './deployment.ts';
import { imageName, pushedDigest } from './image-name.ts';

// With --pushed, deploys the digest of NAME, which docker has just pushed. With --check, deploys nothing: if an argument is
// wrong, prints what is wrong and ends with exit code 2.
const usage = `node scripts/delivery/deploy.ts --image NAME [--pushed] [--check] [--version VERSION] [--url URL]
  [--release NAME] [--namespace NAME] [-- ARGUMENT OF HELM…]`;
const { values, positionals } = readArguments(usage, {
  allowPositionals: true,
  options: {
    image: { type: 'string', default: '' },
    pushed: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    version: { type: 'string' },
    url: { type: 'string', default: '' },
    release: { type: 'string', default: 'tuohs' },
    namespace: { type: 'string', default: 'tuohs' },
  },
});
const { image, pushed, check, version, url, release, namespace } = values;

const asked = { image, isPushed: pushed || check, url, release, namespace, helm: positionals };
if (areUsable(asked) && !check) await deployOrExplain();

async function deployOrExplain(): Promise<void> {
  try {
    const exact = pushed ? pushedDigest(image, digests(image)) : image;
    const tag = version || imageName(image).tag;
    await deploy({
      release,
      namespace,
      image: exact,
      version: tag,
      url: url || undefined,
      helm: positionals,
    });
  } catch (error) {
    const because = error instanceof Error && error.cause ? ` (${error.cause})` : '';
    process.stderr.write(`not deployed: ${error}${because}\n`);
    process.exitCode = 1;
  }
}

function digests(name: string): string[] {
  return JSON.parse(output('docker', ['image', 'inspect', '--format', '{{json .RepoDigests}}', name]));
}
