import { compilerErrors } from '../support/compiler-errors.ts';
import { type Manifest, remembered } from './rendering.ts';

/** Which package knows the kinds of a group; those of Kubernetes itself are in kubernetes-models. */
const PACKAGES: Readonly<Record<string, string>> = {
  'traefik.io': '@kubernetes-models/traefik',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'cert-manager.io': '@kubernetes-models/cert-manager',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

/** What the schema of its kind says against a manifest; empty where it is fine. Rejects for a kind that nobody knows. */
export const schemaErrors = remembered(async (manifest: Manifest): Promise<string> => {
  const { [manifest.kind]: Model } = await import(moduleOf(manifest));
  try {
    new Model(manifest).validate();
    return '';
  } catch (error) {
    return `${manifest.kind} ${manifest.metadata.name}: ${error}`;
  }
});

/**
 * What the compiler says against manifests as values of their kinds' types; empty where they are fine.
 * The schemas let unknown fields pass, as the API does; the compiler names each of them.
 */
export function typeErrors(manifests: readonly Manifest[]): string {
  return compilerErrors(manifests.map(asTypeScript).join('\n'));
}

function asTypeScript(manifest: Manifest, index: number): string {
  const type = `import('${moduleOf(manifest)}').I${manifest.kind}`;
  return `export const manifest${index}: ${type} = ${JSON.stringify(manifest, undefined, 2)};`;
}

function moduleOf({ apiVersion, kind }: Manifest): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return `${PACKAGES[group ?? ''] ?? 'kubernetes-models'}/${apiVersion}/${kind}`;
}
