import { fileURLToPath } from 'node:url';
import { awaited, helm, kubectl, kubectlWith, PATIENCE } from './kubernetes.ts';

const CHART = fileURLToPath(new URL('../../deploy/chart', import.meta.url));
const GATEWAY = 'app.kubernetes.io/component=gateway';
const VALKEY = 'app.kubernetes.io/component=valkey';

/** The service under test: a release "tuohs" in a namespace of its own with the restricted level of pod security. */
export function release(namespace: string, image: string, more: readonly string[] = []) {
  const [repository = '', tag = ''] = splitTag(image);
  const values = [
    ...[`image.repository=${repository}`, `image.tag=${tag}`, 'valkey.enabled=true'],
    ...['shoutcloud.enabled=true', `progressDeadlineSeconds=${Number.parseInt(PATIENCE, 10)}`, ...more],
  ];
  const place = `--namespace ${namespace} --wait --timeout ${PATIENCE}`;
  const inNamespace = (command: string, ...rest: string[]) =>
    kubectl(`--namespace ${namespace} ${command}`, ...rest);
  const names = async (selector: string) =>
    linesOf(await inNamespace(`get pods --selector ${selector} --output name`));

  async function settled(old: readonly string[]): Promise<void> {
    await inNamespace(`rollout status deployment --timeout=${PATIENCE}`);
    await awaited('the old pods are gone', async () => {
      const left = linesOf(await inNamespace('get pods --output name'));
      return !old.some((name) => left.includes(name));
    });
  }

  async function replacing(change: () => Promise<unknown>): Promise<void> {
    const old = await names(GATEWAY);
    await change();
    await settled(old);
  }

  async function waitForPods(count: number): Promise<void> {
    await awaited(`${count} pods are ready and no other is left`, async () => {
      const ready = await inNamespace('get deployment tuohs --output jsonpath={.status.readyReplicas}');
      return Number(ready) === count && (await names(GATEWAY)).length === count;
    });
  }

  async function upgraded(changed: readonly string[]): Promise<string> {
    const set = [...values, ...changed].join(',');
    return helm(`upgrade tuohs ${place}`, CHART, ...(await forced()), '--set', set);
  }

  return {
    waitForPods,
    async install() {
      await kubectl(`create namespace ${namespace}`);
      await kubectl(`label namespace ${namespace} pod-security.kubernetes.io/enforce=restricted`);
      await helm(`install tuohs ${place}`, CHART, '--set', values.join(','));
    },
    upgrade: (...changed: string[]) => replacing(() => upgraded(changed)),
    /** An upgrade that changes the number of pods, and does not replace pods. */
    resize: async (...changed: string[]) => void (await upgraded(changed)),
    rollBack: () => replacing(async () => helm(`rollback tuohs ${place}`, ...(await forced()))),
    test: () => helm(`test tuohs --namespace ${namespace} --timeout ${PATIENCE}`),
    restart: () => replacing(() => inNamespace('rollout restart deployment/tuohs')),
    /** Deletes a pod. Resolves when it is gone and all pods are ready again. */
    async deletePod(component: 'gateway' | 'valkey', ...options: string[]) {
      const [name = ''] = await names(component === 'gateway' ? GATEWAY : VALKEY);
      await inNamespace(`delete ${name}`, ...options);
      await settled([name]);
    },
    /** Evicts each pod once, as soon as the disruption budget permits it. Resolves when all are ready again. */
    async evictAll() {
      for (const name of await names(GATEWAY)) {
        await awaited(`${name} can be evicted`, () => evict(namespace, name.replace('pod/', '')));
        await settled([name]);
      }
    },
    /** Removes the release. Resolves with the names of the objects that it has left behind. */
    async uninstall() {
      await helm(`uninstall tuohs --namespace ${namespace} --wait`);
      const kinds = linesOf(await kubectl('api-resources --verbs=list --namespaced --output=name'));
      const own = kinds.filter((kind) => !/^(events|.*metrics\.k8s\.io|endpoints)/.test(kind));
      const label = 'app.kubernetes.io/instance=tuohs,app.kubernetes.io/managed-by=Helm';
      return linesOf(await inNamespace(`get ${own.join(',')} --selector ${label} --output name`));
    },
    /** Runs `act`. Resolves with the lowest number of pods that the Deployment asked for meanwhile. */
    async fewestPods(act: () => Promise<unknown>) {
      let isDone = false;
      let fewest = Number.POSITIVE_INFINITY;
      const acting = act().finally(() => {
        isDone = true;
      });
      while (!isDone) {
        const asked = await inNamespace('get deployment tuohs --output=jsonpath={.spec.replicas}');
        fewest = Math.min(fewest, Number(asked));
      }
      await acting;
      return fewest;
    },
    /** The memory of each pod in MiB, by `kubectl top`; empty if the cluster has no metrics. */
    async memoryMiB() {
      const shown = await inNamespace(`top pods --selector ${GATEWAY} --no-headers`).catch(() => '');
      return [...shown.matchAll(/ (\d+)Mi/g)].map(([, mebibytes]) => Number(mebibytes));
    },
    /** A node on which this pod does not run; `undefined` if there is none. */
    async drainableNode(podToSpare: string) {
      const nodes = linesOf(await kubectl('get nodes --output name'));
      const spared = await inNamespace(`get pod ${podToSpare} --output jsonpath={.spec.nodeName}`);
      return nodes.map((name) => name.replace('node/', '')).find((node) => node !== spared);
    },
    /** Drains a node, and uncordons it when all pods are ready elsewhere. */
    async drain(node: string) {
      await kubectl(`drain ${node} --ignore-daemonsets --pod-selector ${GATEWAY} --timeout=${PATIENCE}`);
      await inNamespace(`rollout status deployment --timeout=${PATIENCE}`);
      await kubectl(`uncordon ${node}`);
    },
    async remove() {
      await kubectl(`delete namespace ${namespace} --ignore-not-found --timeout=${PATIENCE}`);
    },
  };
}

function linesOf(printed: string): string[] {
  return printed.trim().split('\n').filter(Boolean);
}

/** The flag that makes Helm 4 overwrite fields that the autoscaler has set. Helm 3 needs no flag. */
async function forced(): Promise<string[]> {
  return (await helm('version --short')).startsWith('v3.') ? [] : ['--force-conflicts'];
}

/** Evicts a pod. Resolves with false if the disruption budget forbids it (429). */
async function evict(namespace: string, name: string): Promise<boolean> {
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace } };
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/eviction`;
  try {
    await kubectlWith(eviction, `create --raw ${path} --filename -`);
    return true;
  } catch (error) {
    if (/disruption budget|TooManyRequests/i.test(String(error))) return false;
    throw error;
  }
}

/** Splits an image into its name and tag. A registry can have a port, so only a colon after the last slash begins the tag. */
function splitTag(image: string): string[] {
  const slash = image.lastIndexOf('/') + 1;
  const [name = '', tag = 'latest'] = image.slice(slash).split(':');
  return [image.slice(0, slash) + name, tag];
}
