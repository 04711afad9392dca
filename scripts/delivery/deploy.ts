import { parseArgs } from 'node:util';
import { output } from './command.ts';
import { deploy } from './deployment.ts';
import { pushedDigest } from './image-name.ts';

// node scripts/delivery/deploy.ts --image NAME [--pushed] [--url URL] [-- ARGUMENT OF HELM…]
// With --pushed NAME is one that docker has just pushed, and its digest is what is deployed.
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    image: { type: 'string' },
    pushed: { type: 'boolean', default: false },
    url: { type: 'string' },
    release: { type: 'string', default: 'tuohs' },
    namespace: { type: 'string', default: 'tuohs' },
  },
});
const { image, pushed, url, release, namespace } = values;
if (!image) throw new Error('--image is missing');

try {
  const exact = pushed ? pushedDigest(image, digests(image)) : image;
  await deploy({ release, namespace, image: exact, url: url || undefined, helm: positionals });
} catch (error) {
  const because = error instanceof Error && error.cause ? ` (${error.cause})` : '';
  process.stderr.write(`not deployed: ${error}${because}\n`);
  process.exitCode = 1;
}

function digests(name: string): string[] {
  return JSON.parse(output('docker', ['image', 'inspect', '--format', '{{json .RepoDigests}}', name]));
}
