/** How every redis-server of ours is started, but for its ports: on this machine only, without persistence. */
export function redisArguments(folder: string, password = ''): string[] {
  const options = { bind: '127.0.0.1', dir: folder, save: '', appendonly: 'no' };
  const secret = password === '' ? {} : { requirepass: password };
  return Object.entries({ ...options, ...secret }).flatMap(([name, value]) => [`--${name}`, value]);
}
