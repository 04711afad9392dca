import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { kubernetesTool } from '../../scripts/kubernetes-tool.ts';
import { LOAD_FILES, type Load, type LoadPlan, loadOf, startLoad } from '../support/load.ts';
import { awaited, kubectl, kubectlWith, PATIENCE } from './kubernetes.ts';

export interface LoadOptions {
  readonly name: string;
  readonly perSecond: number;
  /** Characters of each text; long ones cost the service CPU. */
  readonly textLength: number;
  /** Where the ingress controller is, and the host name that leads to the service; without it requests go to the Service. */
  readonly ingress?: { readonly url: string; readonly host: string } | undefined;
}

/**
 * Starts a load generator: a pod beside the service, which reaches the Service as any client does, or a process in front of
 * Traefik. Resolves when the first answers are there.
 */
export async function startClusterLoad(
  namespace: string,
  image: string,
  options: LoadOptions,
): Promise<Load> {
  const { ingress } = options;
  const load = ingress ? startLoad(planOf(options)) : await startPod(namespace, image, options);
  await awaited('the load generator has answers', async () => load.answers.length > 0);
  return load;
}

async function startPod(namespace: string, image: string, options: LoadOptions): Promise<Load> {
  const pod = options.name;
  await kubectlWith(objects(image, options), `--namespace ${namespace} apply --filename -`);
  await kubectl(`--namespace ${namespace} wait --for=condition=Ready pod/${pod} --timeout=${PATIENCE}`);
  const args = ['--namespace', namespace, 'logs', '--follow', pod];
  const load = loadOf(spawn(kubernetesTool('kubectl'), args, { stdio: ['ignore', 'pipe', 'inherit'] }));
  return {
    ...load,
    async stop() {
      await kubectl(`--namespace ${namespace} delete pod ${pod} --timeout=${PATIENCE}`);
      await load.done;
    },
  };
}

/**
 * Texts of thumbs of a skin colour, which are two code points and one character each: the costly case of a reversal. A
 * connection is made anew after some requests, so that pods that come late get their share.
 */
function planOf({ name, perSecond, textLength, ingress }: LoadOptions): LoadPlan {
  const texts = { seed: 1, cycle: 200, length: textLength, filler: '👍🏽' };
  const stream = { label: name, texts, perSecond, requestsEach: 50, connections: 16 };
  return { url: 'http://tuohs', host: 'tuohs', ...ingress, streams: [stream] };
}

function objects(image: string, options: LoadOptions) {
  const { name } = options;
  const metadata = { name, labels: TEST_LABELS };
  const data = Object.fromEntries(LOAD_FILES.map((path) => [basename(path), readFileSync(path, 'utf8')]));
  const container = {
    name: 'load',
    image,
    command: ['node', '/app/load/load-generator.ts', JSON.stringify(planOf(options))],
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    },
    volumeMounts: [{ name: 'load', mountPath: '/app/load' }],
  };
  const spec = {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1001, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [container],
    volumes: [{ name: 'load', configMap: { name } }],
  };
  const items = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data },
    { apiVersion: 'v1', kind: 'Pod', metadata, spec },
  ];
  return { apiVersion: 'v1', kind: 'List', items };
}

// The network policy lets the release's tests in.
const TEST_LABELS = {
  'app.kubernetes.io/name': 'tuohs',
  'app.kubernetes.io/instance': 'tuohs',
  'app.kubernetes.io/component': 'test',
};
