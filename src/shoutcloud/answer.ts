import { gzipSync } from 'node:zlib';
import type { Clock } from '../core/clock.ts';
import {
  breakOff,
  closeAfter,
  drip,
  garbage,
  reset,
  sendEndless,
  sendHuge,
  sendUnasked,
  stall,
} from './broken-answers.ts';
import { type Exchange, SHOUTED_JSON, send } from './exchange.ts';
import type { Fault, StatusFault } from './faults.ts';
import { encodeAnswer } from './go-behaviour.ts';
import { type WrongBodyKind, wrongBodies } from './wrong-bodies.ts';

// An import would load all of node:http at the start of every command (ADR 0014).
const { STATUS_CODES } = process.getBuiltinModule('node:http');

/** Gives a good answer, or what the fault says. Rejects if the connection closes before that is done. */
export async function answer(exchange: Exchange, fault: Fault | undefined): Promise<void> {
  const { input, output } = exchange.shouted;
  const body = encodeAnswer(input, output);
  if (!fault) return sendGood(exchange, body);

  switch (fault.kind) {
    case 'status':
      return sendStatus(exchange, fault);
    case 'redirect':
      return send(exchange.response, fault.status, { Location: fault.to }, '');
    case 'slow':
      await exchange.clock.sleep(fault.ms, exchange.signal);
      return sendGood(exchange, body);
    case 'drip':
      return drip(exchange, body, fault.ms);
    case 'close-after':
      return closeAfter(exchange, body, fault.ms);
    case 'huge':
      return sendHuge(exchange, body, fault.mebibytes);
    case 'reset':
      return reset(exchange, body, fault.at);
    case 'hang':
      return;
    case 'stall':
      return stall(exchange, body);
    case 'close':
      return exchange.socket.destroySoon();
    case 'truncate':
      return breakOff(exchange, body);
    case 'endless':
      return sendEndless(exchange);
    case 'gzip':
      return sendGzip(exchange, body);
    case 'garbage':
      return garbage(exchange);
    case 'unasked':
      return sendUnasked(exchange, body);
    default:
      return sendWrongBody(exchange, fault.kind);
  }
}

function sendGood({ response }: Exchange, body: string): void {
  send(response, 200, { 'Content-Type': SHOUTED_JSON }, body);
}

function sendStatus({ response, clock }: Exchange, { status, retryAfter }: StatusFault): void {
  const headers = {
    'Content-Type': 'text/plain',
    ...(retryAfter && { 'Retry-After': retryTime(retryAfter, clock) }),
  };
  send(response, status, headers, `${STATUS_CODES[status] ?? status}\n`);
}

/** `date+SECONDS` becomes an HTTP date. Anything else stays as it is. */
function retryTime(retryAfter: string, clock: Clock): string {
  const seconds = /^date\+(\d+)$/.exec(retryAfter)?.[1];
  return seconds ? new Date(clock.epochMs() + Number(seconds) * 1000).toUTCString() : retryAfter;
}

function sendGzip({ response }: Exchange, body: string): void {
  send(response, 200, { 'Content-Type': SHOUTED_JSON, 'Content-Encoding': 'gzip' }, gzipSync(body));
}

function sendWrongBody({ response, shouted }: Exchange, kind: WrongBodyKind): void {
  const wrong = wrongBodies[kind];
  const contentType = 'contentType' in wrong ? wrong.contentType : SHOUTED_JSON;
  send(response, 200, { 'Content-Type': contentType }, wrong.write(shouted));
}
