import { compilerErrors } from '../support/compiler-errors.ts';
import { type Manifest, remembered } from './rendering.ts';

/** The package for each group of kinds. Kubernetes' own groups are in kubernetes-models. */
const PACKAGES: Readonly<Record<string, string>> = {
  'traefik.io': '@kubernetes-models/traefik',
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'cert-manager.io': '@kubernetes-models/cert-manager',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

/** The errors that the schema of its kind finds in a manifest, or an empty text. Rejects if no package knows the kind. */
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
 * The errors that the compiler finds if each manifest is a value of the type for its kind, or an empty text. The compiler reports
 * unknown fields. The schemas accept them, as the API does.
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
