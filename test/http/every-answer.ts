import { type ApiUnderTest, NO_ROOM, OVER_QUOTA } from '../support/api.ts';
import type { Question } from '../support/ask.ts';

export interface AnswerCase {
  readonly status: number;
  readonly question: Question;
  readonly parts?: ApiUnderTest;
}

const post = (path: string, type = 'application/json'): Question => ({
  ...{ method: 'POST', path, body: '{"data":"hello"}' },
  headers: { 'content-type': type },
});
const GET = { path: '/v1?data=hello' };

/** A request for each kind of answer. */
export const EVERY_ANSWER: Readonly<Record<string, AnswerCase>> = {
  'a POST': { status: 200, question: post('/v1') },
  'an immutable GET': { status: 200, question: GET },
  'a 304': { status: 304, question: { ...GET, headers: { 'if-none-match': '*' } } },
  'the headers of an answer': { status: 200, question: { method: 'HEAD', path: '/openapi.json' } },
  'a bulk': { status: 200, question: post('/v1/bulk', 'application/x-ndjson') },
  health: { status: 200, question: { path: '/health' } },
  'the index': { status: 200, question: { path: '/' } },
  'the reference': { status: 200, question: { path: '/docs' } },
  'bad input': { status: 400, question: { path: '/v1' } },
  'bad input in a body': { status: 400, question: post('/v1', 'text/html') },
  'an unknown path': { status: 404, question: { path: '/v2' } },
  'a broken path': { status: 404, question: { path: '/%' } },
  'an unknown path with a body': { status: 404, question: post('/v2') },
  'another method': { status: 405, question: { ...GET, method: 'DELETE' } },
  'a client over its quota': { status: 429, question: GET, parts: OVER_QUOTA },
  'a request that finds no room': { status: 503, question: { path: '/' }, parts: NO_ROOM },
};
