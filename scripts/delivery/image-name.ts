/** The parts of an image's name, as the chart wants them. */
export interface ImageName {
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
}

/** `registry:5000/team/tuohs:1.2.3@sha256:…` in parts; a part that is not there is empty. */
export function imageName(name: string): ImageName {
  const [named = '', digest = ''] = name.split('@');
  // A colon before the last slash is that of a port.
  const [, repository = '', tag = ''] = /^(.+?)(?::([^/:]+))?$/.exec(named) ?? [];
  if (repository === '') throw new Error(`"${name}" is not the name of an image`);
  return { repository, tag, digest };
}

/** Among the digests that docker knows of an image, the one in the repository of that name. */
export function pushedDigest(name: string, repoDigests: readonly string[]): string {
  const { repository } = imageName(name);
  const found = repoDigests.map(imageName).find((pushed) => pushed.repository === repository);
  if (!found) throw new Error(`${name} was not pushed: docker knows no digest of it`);
  return `${repository}@${found.digest}`;
}
