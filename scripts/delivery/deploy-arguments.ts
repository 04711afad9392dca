import { succeeds } from './command.ts';
import { imageName } from './image-name.ts';

export interface DeployArguments {
  readonly image: string;
  /**
   * Whether the image was, or will be, pushed from this machine. Then it needs a registry, and its digest is not known yet.
   */
  readonly isPushed: boolean;
  readonly url: string;
  /** More arguments for helm. */
  readonly helm: readonly string[];
}

/**
 * Whether all arguments are usable. Prints a sentence for each that is not, and sets exit code 2. Asks the cluster, and
 * renders the chart.
 */
export function areUsable(deployment: DeployArguments): boolean {
  const problems = argumentProblems(deployment);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  if (problems.length > 0) process.exitCode = 2;
  return problems.length === 0;
}

function argumentProblems({ image, isPushed, url, helm }: DeployArguments): string[] {
  return [
    ...imageProblems(image, isPushed),
    ...(url === '' || isHttp(url) ? [] : [`URL is no http or https address: ${url}`]),
    ...(succeeds('kubectl', ['get', '--raw', '/readyz']) ? [] : ['no cluster answers: is KUBECONFIG right?']),
    ...helmProblems(helm),
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

/** A registry has a dot or a port. Otherwise the name is one on Docker Hub. */
function hasRegistry(repository: string): boolean {
  const [first = '', ...rest] = repository.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
}

function isHttp(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
}

/** Flags of `helm upgrade` can only be checked by running it. */
function helmProblems(helm: readonly string[]): string[] {
  const isForValues = helm.every(
    (word, i) =>
      !word.startsWith('-') ||
      /^(-f|--values|--set.*)$/.test(word) ||
      /^--(values|set[\w-]*)=/.test(helm[i] ?? ''),
  );
  if (!isForValues || helm.length === 0) return [];
  return succeeds('helm', ['template', 'tuohs', 'deploy/chart', ...helm])
    ? []
    : [`helm refuses the values of HELM_FLAGS: helm template tuohs deploy/chart ${helm.join(' ')}`];
}
