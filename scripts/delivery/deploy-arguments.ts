import { complaint, output, succeeds } from './command.ts';
import { imageName } from './image-name.ts';

export interface DeployArguments {
  readonly image: string;
  /**
   * Whether the image was or will be pushed from this machine. If so, its name must have a registry and must not have a digest.
   */
  readonly isPushed: boolean;
  readonly url: string;
  readonly release: string;
  readonly namespace: string;
  /** More arguments for helm. */
  readonly helm: readonly string[];
}

/**
 * Whether all arguments are usable. Prints a sentence for each unusable one, and sets exit code 2. To find out, sends requests to
 * the cluster and renders the chart.
 */
export function areUsable(deployment: DeployArguments): boolean {
  const problems = argumentProblems(deployment);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) process.exitCode = 2;
  return problems.length === 0;
}

function argumentProblems(deployment: DeployArguments): string[] {
  const { image, isPushed, url } = deployment;
  return [
    ...imageProblems(image, isPushed),
    ...(url === '' || isHttp(url) ? [] : [`URL is not an http or https address: ${url}`]),
    ...(succeeds('kubectl', ['get', '--raw', '/readyz']) ? [] : ['no cluster answers: is KUBECONFIG right?']),
    ...helmProblems(deployment),
  ];
}

function imageProblems(image: string, isPushed: boolean): string[] {
  try {
    const { repository, digest } = imageName(image);
    if (!isPushed) return [];
    if (digest !== '') return [`DOCKER_IMAGE has a digest, which a push only makes: ${image}`];
    return hasRegistry(repository)
      ? []
      : [`DOCKER_IMAGE names no registry that the cluster can pull from: ${image}`];
  } catch {
    return [`DOCKER_IMAGE is not the name of an image: "${image}"`];
  }
}

/** Whether the name begins with a registry, which has a dot or a port. Any other name is one on Docker Hub. */
function hasRegistry(repository: string): boolean {
  const [first = '', ...rest] = repository.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/**
 * Renders the chart with these values and those that the release keeps. If HELM_FLAGS has flags for anything but
 * values, checks nothing, because only `helm upgrade` can check them.
 */
function helmProblems({ release, namespace, helm }: DeployArguments): string[] {
  const isForValues = helm.every(
    (word) => !word.startsWith('-') || /^(-f|--values|--set[\w-]*)(=|$)/.test(word),
  );
  if (!isForValues) return [];
  const said = complaint(
    'helm',
    ['template', release, 'deploy/chart', '--values', '-', ...helm],
    keptValues(release, namespace),
  );
  return said === undefined ? [] : [`helm refuses the values of HELM_FLAGS: ${said}`];
}

/** The values of the release as JSON; "null" before the first release. */
function keptValues(release: string, namespace: string): string {
  const place = [release, '--namespace', namespace];
  return succeeds('helm', ['status', ...place])
    ? output('helm', ['get', 'values', ...place, '--output', 'json'])
    : 'null';
}
