/** The parts of an image's name, as the chart needs them. */
export interface ImageName {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** Matches an optional registry with its port, then lower-case parts, as the OCI distribution specification defines them. */
const REPOSITORY = /^([\w.-]+(:\d+)?\/)?[a-z0-9]+([._/-]+[a-z0-9]+)*$/;

/** The parts of `registry:5000/team/tuohs:1.2.3@sha256:…`. A missing part is empty. */
export function imageName(name: string): ImageName {
  const [named = '', digest = ''] = name.split('@');
  // A colon before the last slash belongs to a port, not to a tag.
  const [, repository = '', tag = ''] = /^(\S+?)(?::([^/:\s]+))?$/.exec(named) ?? [];
  if (!REPOSITORY.test(repository)) throw new Error(`"${name}" is not the name of an image`);
  return { repository, tag, digest };
}

/** The digest of an image in the repository of this name, from all digests that docker has for the image. */
export function pushedDigest(name: string, repoDigests: readonly string[]): string {
  const { repository } = imageName(name);
  const found = repoDigests.map(imageName).find((pushed) => pushed.repository === repository);
  if (!found) throw new Error(`${name} was not pushed: docker knows no digest of it`);
  return `${repository}@${found.digest}`;
}
