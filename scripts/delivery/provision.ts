import { readArguments } from '../arguments.ts';
import { run, succeeds } from './command.ts';
import { areUsable } from './deploy-arguments.ts';
import { deploy } from './deployment.ts';

// Installs the programs that tuohs needs on the cluster of KUBECONFIG, then tuohs itself. A second run changes only what differs.
const METRICS_SERVER = { repo: 'https://kubernetes-sigs.github.io/metrics-server', version: '3.13.0' };
const TRAEFIK = { repo: 'https://traefik.github.io/charts', version: '39.0.9' };

const usage =
  'node scripts/delivery/provision.ts --image NAME [--domain NAME --acme-email ADDRESS] [-- ARGUMENT OF HELM…]';
const { values, positionals } = readArguments(usage, {
  allowPositionals: true,
  options: {
    image: { type: 'string', default: '' },
    domain: { type: 'string', default: '' },
    'acme-email': { type: 'string', default: '' },
  },
});

const { image, domain, 'acme-email': acmeEmail } = values;
const asked = {
  ...{ image, isPushed: false, url: '', release: 'tuohs', namespace: 'tuohs' },
  helm: [...route(domain), ...positionals],
};

if (areUsable(asked)) await provisionOrExplain();

async function provisionOrExplain(): Promise<void> {
  try {
    metricsServer();
    traefik(acmeEmail);
    // Checks the Service and not the domain, because a new domain can take some time to work.
    await deploy({ ...asked, url: undefined });
  } catch (error) {
    const because = error instanceof Error && error.cause ? ` (${error.cause})` : '';
    process.stderr.write(`not provisioned: ${error}${because}\n`);
    process.exitCode = 1;
  }
}

/** Installs metrics-server, which tells the autoscaler the CPU time of pods. Many clouds already have it. */
function metricsServer(): void {
  const isThere = succeeds('kubectl', ['get', 'apiservice', 'v1beta1.metrics.k8s.io']);
  if (isThere && !isRelease('metrics-server', 'kube-system'))
    return say('metrics-server was installed by others and is left alone');
  install('metrics-server', 'kube-system', METRICS_SERVER, []);
}

/** Installs Traefik, the ingress controller. */
function traefik(acmeEmail: string): void {
  const isThere = succeeds('kubectl', ['get', 'ingressclass', 'traefik']);
  if (isThere && !isRelease('traefik', 'traefik'))
    return say('Traefik was installed by others and is left alone');
  if (acmeEmail === '')
    throw new Error('Traefik needs a mail address to get certificates: --acme-email is missing');
  const email = [{ name: 'ACME_EMAIL', value: acmeEmail }];
  install('traefik', 'traefik', TRAEFIK, [
    ...['--values', 'deploy/provision/traefik.yaml', '--set-json', `env=${JSON.stringify(email)}`],
  ]);
}

function route(domain: string): string[] {
  if (domain === '') return [];
  const settings = ['enabled=true', `host=${domain}`, 'tls.certResolver=letsencrypt'];
  // Trusts one proxy: Traefik is the only one in front of the pods, and the network policy lets nothing else reach them.
  return [
    ...settings.flatMap((setting) => ['--set', `ingressRoute.${setting}`]),
    ...['--set-string', 'config.trustProxy=1'],
  ];
}

function install(name: string, namespace: string, chart: typeof TRAEFIK, more: readonly string[]): void {
  run('helm', [
    ...['upgrade', '--install', name, name, '--repo', chart.repo, '--version', chart.version],
    ...['--namespace', namespace, '--create-namespace', '--wait', '--timeout', '5m', ...more],
  ]);
}

function isRelease(name: string, namespace: string): boolean {
  return succeeds('helm', ['status', name, '--namespace', namespace]);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
