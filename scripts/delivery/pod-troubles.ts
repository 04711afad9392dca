import { output } from './command.ts';

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly status: {
    readonly conditions?: readonly Condition[];
    readonly initContainerStatuses?: readonly Container[];
    readonly containerStatuses?: readonly Container[];
  };
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

interface Container {
  readonly name: string;
  readonly ready: boolean;
  readonly state: State;
  readonly lastState?: State;
}

interface State {
  readonly waiting?: { readonly reason: string; readonly message?: string };
  readonly terminated?: { readonly reason: string; readonly exitCode: number };
}

/**
 * Why pods of a release are not ready: a line for each pod without a node, and one for each container that does not serve,
 * followed by its last log lines. Throws if kubectl cannot list them.
 */
export function podTroubles(release: string, namespace: string): string[] {
  const selector = `app.kubernetes.io/instance=${release}`;
  const asked = ['get', 'pods', '--namespace', namespace, '--selector', selector, '--output', 'json'];
  const pods: readonly Pod[] = JSON.parse(output('kubectl', asked)).items;
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap((pod) => [
      ...withoutNode(pod),
      ...notReady(pod).flatMap((container) => [
        `${pod.metadata.name}: ${container.name} is not ready: ${reason(container)}`,
        ...lastWords([pod.metadata.name, '--namespace', namespace], container),
      ]),
    ]);
}

function withoutNode({ metadata, status }: Pod): string[] {
  const scheduled = status.conditions?.find(({ type }) => type === 'PodScheduled');
  return scheduled?.status === 'False' ? [`${metadata.name} has no node: ${scheduled.message}`] : [];
}

/** A container that waits for an init container is not the cause. */
function notReady({ status }: Pod): Container[] {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
  return all.filter(({ ready, state }) => !ready && state.waiting?.reason !== 'PodInitializing');
}

function reason({ state: { waiting, terminated }, lastState }: Container): string {
  const ended = terminated ?? lastState?.terminated;
  if (ended) return `it ended with exit code ${ended.exitCode} (${ended.reason})`;
  return waiting ? `${waiting.reason} ${waiting.message ?? ''}` : 'its probe fails';
}

function lastWords(pod: readonly string[], { name, state, lastState }: Container): string[] {
  if (state.waiting && !lastState?.terminated) return [];
  const which = state.waiting ? ['--previous'] : [];
  try {
    const log = output('kubectl', ['logs', ...pod, '--container', name, '--tail', '5', ...which]);
    return log
      .split('\n')
      .filter(Boolean)
      .map((line) => `    ${line}`);
  } catch {
    // kubectl has printed why there is no log. The other pods still count.
    return [];
  }
}
