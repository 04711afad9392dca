import type { FastifyInstance } from 'fastify';
import { TuohsError } from '../../core/errors.ts';
import type { Playground } from '../../web/playground.ts';

interface AssetPath {
  readonly version: string;
  readonly file: string;
}

/** The scripts and the style of the playground, to be kept for good: another version has another address. */
export function webAssets(server: FastifyInstance, playground: () => Promise<Playground>): void {
  server.get<{ Params: AssetPath }>('/assets/:version/:file', {
    schema: { hide: true },
    async handler({ params }, reply) {
      const { version, assets } = await playground();
      const asset = assets.get(params.file);
      if (asset === undefined) throw new TuohsError('NOT_FOUND', 'no such asset');
      // During a roll-out a page of another version asks here, too. It gets ours, for now.
      const keep = params.version === version ? 'public, max-age=31536000, immutable' : 'no-store';
      return reply.header('content-type', asset.type).header('cache-control', keep).send(asset.body);
    },
  });
}
