import type { FastifyInstance } from 'fastify';

/** The methods that the path of this URL has, or `undefined` where there is no such path. */
export type MethodsAt = (url: string) => readonly string[] | undefined;

/** Knows the routes that are added from now on. */
export function routeMethods(server: FastifyInstance): MethodsAt {
  const methodsOf = new Map<string, string[]>();
  server.addHook('onRoute', ({ url, method }) => {
    methodsOf.set(url, (methodsOf.get(url) ?? []).concat(method));
  });
  return (url) => methodsOf.get(url.replace(/[?#].*/, ''));
}
