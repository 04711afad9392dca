import type { FastifyReply } from 'fastify';
import type { Shout } from '../core/shouter.ts';
import { cacheStatus } from './cache-status.ts';

/** Sends an answered string. */
export function sendShout(reply: FastifyReply, shout: Shout): FastifyReply {
  reply.header('cache-status', cacheStatus(shout));
  return sendJson(reply, { data: shout.text });
}

/** Sends JSON as `application/json` and nothing behind it: existing clients compare the type byte for byte. */
export function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.header('content-type', 'application/json').send(Buffer.from(JSON.stringify(value)));
}
