/**
 * Where an answer came from, in words, as the Cache-Status header (RFC 9211) tells it; `undefined` where it does not.
 * Caches on the way add entries of their own; ours is called `tuohs`.
 */
export function originOf(cacheStatus: string | null): string | undefined {
  const entry = cacheStatus?.split(',').find((member) => /^\s*tuohs\b/.test(member));
  const parameters = entry?.split(';').map((parameter) => parameter.trim());
  if (parameters === undefined) return undefined;
  if (parameters.includes('detail=local')) return 'Made here, while SHOUTCLOUD is away';
  if (parameters.includes('detail=redis')) return 'From the shared cache';
  if (parameters.includes('hit')) return 'From memory';
  if (parameters.includes('collapsed')) return 'From SHOUTCLOUD, together with another caller';
  return 'Fresh from SHOUTCLOUD';
}
