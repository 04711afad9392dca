import { parseAllDocuments } from 'yaml';

type Leaves = ReadonlyMap<string, string>;

/** Changes of these labels are left out, because each new version changes them in every object. */
const VERSION_LABELS = ['metadata.labels.app.kubernetes.io/version', 'metadata.labels.helm.sh/chart'];

/**
 * A line for each object that an upgrade adds (+), removes (-) or changes (~), and one for each changed field. Both arguments
 * are manifests as Helm prints them. Secrets are left out, because their values must not be in a log.
 */
export function manifestChanges(before: string, after: string): string[] {
  const [old, next] = [objectsOf(before), objectsOf(after)];
  const names = [...new Set([...old.keys(), ...next.keys()])].sort();
  return names.flatMap((name) => {
    const [was, is] = [old.get(name), next.get(name)];
    if (!was) return [`+ ${name}`];
    if (!is) return [`- ${name}`];
    const fields = fieldChanges(was, is);
    return fields.length === 0 ? [] : [`~ ${name}`, ...fields];
  });
}

function fieldChanges(was: Leaves, is: Leaves): string[] {
  const paths = [...new Set([...was.keys(), ...is.keys()])];
  return paths
    .filter((path) => was.get(path) !== is.get(path) && !VERSION_LABELS.includes(path))
    .map((path) => `    ${path}: ${was.get(path) ?? '(none)'} -> ${is.get(path) ?? '(none)'}`);
}

function objectsOf(manifest: string): Map<string, Leaves> {
  const objects = parseAllDocuments(manifest)
    .map((document) => document.toJS())
    .filter((object) => object && object.kind !== 'Secret');
  return new Map(
    objects.map((object) => [`${object.kind} ${object.metadata.name}`, new Map(leaves(object))]),
  );
}

function leaves(value: unknown, path = ''): [string, string][] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0)
    return [[path, shortened(JSON.stringify(value))]];
  return Object.entries(value).flatMap(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`));
}

/** Shortens a long value, such as a dashboard, which is one string: shows only its beginning and its length. */
function shortened(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 60)}… (${text.length} characters)`;
}
