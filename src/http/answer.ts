import type { FastifyReply } from 'fastify';
import type { Shout } from '../core/shouter.ts';
import { cacheStatus } from './cache-status.ts';

/** Sends an answered string. */
export function sendShout(reply: FastifyReply, shout: Shout): FastifyReply {
  reply.header('cache-status', cacheStatus(shout));
  return sendBody(reply, shoutBody(shout));
}

/** The body of an answered string. */
export function shoutBody({ text }: Shout): string {
  return `{"data":${JSON.stringify(text)}}`;
}

/** Sends JSON as `application/json` and nothing behind it: existing clients compare the type byte for byte. */
export function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  return sendBody(reply, JSON.stringify(value));
}

function sendBody(reply: FastifyReply, json: string): FastifyReply {
  return reply.header('content-type', 'application/json').send(Buffer.from(json));
}
