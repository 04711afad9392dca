import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { problems } from '../../src/http/problem.ts';
import { folder } from './folder.ts';
import { closedUrl, httpServer } from './http-server.ts';
import { type Ending, tuohs } from './process.ts';

const EXERCISE = new URL('client-exercise.js', import.meta.url);

const PROGRAM = `
import process from 'node:process';
import * as client from 'tuohs-client';
import { exercise } from './client-exercise.js';

console.log(JSON.stringify(await exercise(client, JSON.parse(process.argv[2]))));
`;

const TYPES = `
import { type BulkResult, createClient, type ShoutDetails, TuohsClientError, type TuohsErrorCode } from 'tuohs-client';

const client = createClient({ baseUrl: 'http://localhost:5000', timeoutMs: 1000 });
const answer: string = await client.shout('hello');
const details: ShoutDetails = await client.shoutWithDetails(answer);
const results: BulkResult[] = [];
for await (const result of client.bulk([details.text])) results.push(result);

function isBusy(error: unknown): boolean {
  return error instanceof TuohsClientError && error.code === 'OVERLOADED';
}
const codes: TuohsErrorCode[] = ['NETWORK', 'A_CODE_OF_A_NEWER_SERVICE'];
// @ts-expect-error a text is a string
client.shout(5);
export { codes, isBusy };
`;

// The types of Node are missing on purpose, because the client must need only what browsers have.
const COMPILER_OPTIONS = {
  ...{ target: 'es2024', lib: ['es2024', 'dom', 'dom.asynciterable'], module: 'nodenext', types: [] },
  ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
  ...{ skipLibCheck: false, noEmit: true },
};

/**
 * Makes a project in which npm installs the packed client without a registry. It has a program that uses the client, and a file to
 * check the types.
 */
export async function projectWithClient(ending: Ending, client: string): Promise<string> {
  const path = await folder(ending);
  const files = {
    'package.json': '{"type":"module"}',
    'program.mjs': PROGRAM,
    'types.ts': TYPES,
    'tsconfig.json': JSON.stringify({ compilerOptions: COMPILER_OPTIONS }),
    'client-exercise.js': readFileSync(EXERCISE),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(path, name), content);
  const quiet = ['--offline', '--no-audit', '--no-fund', '--cache', join(path, 'cache')];
  await promisify(execFile)('npm', ['install', ...quiet, client], { cwd: path });
  return path;
}

/** Serves the packages and the exercise of a project as scripts, and a page on every other path. */
export function siteOf(project: string): RequestListener {
  return ({ url = '' }, response) => {
    if (!url.endsWith('.js')) return void response.setHeader('content-type', 'text/html').end('a page');
    const file = url === '/client-exercise.js' ? url : join('node_modules', url);
    response.setHeader('content-type', 'text/javascript').end(readFileSync(join(project, file)));
  };
}

/** Starts a service and the failing servers that `exercise` needs. Their CORS headers allow pages of any site. */
export async function exerciseAddresses(ending: Ending) {
  const service = tuohs(ending, ['serve', '--embedded-shoutcloud'], { CORS_ORIGINS: '*' });
  const [refusals, hanging] = [await httpServer(ending, refuse), await httpServer(ending, () => {})];
  return {
    service: (await service.listening()).url,
    refusals: refusals.url,
    codes: Object.keys(problems),
    hanging: hanging.url,
    closed: await closedUrl(),
  };
}

/** What `exercise` must return with these addresses. */
export const rightResults = {
  answer: 'OLLEH',
  details: { text: 'OLLEH', cacheStatus: 'tuohs; hit', requestId: 'exercise' },
  wrongAnswers: [],
  codes: Object.fromEntries(Object.keys(problems).map((code) => [code, code])),
  network: 'NETWORK',
  timeout: 'TIMEOUT',
  badAnswer: 'BAD_ANSWER',
  aborted: 'ABORTED',
  abortedBulk: 'ABORTED',
  notAString: 'TypeError: a text must be a string, not number',
};

const refuse: RequestListener = ({ method, url = '' }, response) => {
  response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', '*');
  if (method === 'OPTIONS') return void response.writeHead(204).end();
  answerProblem(url.split('/')[1] ?? '', response);
};

function answerProblem(code: string, response: ServerResponse): void {
  const problem = Object.entries(problems).find(([name]) => name === code)?.[1];
  if (!problem) return void response.end('<h1>Welcome</h1>');
  const body = JSON.stringify({ error: problem.text, code, requestId: 'request-1' });
  response.writeHead(problem.status, { 'content-type': 'application/json' }).end(body);
}
