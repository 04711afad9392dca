import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import type { RequestListener, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packClient } from '../../scripts/delivery/npm-packages.ts';
import { problems } from '../../src/http/problem.ts';
import { folder } from './folder.ts';
import { closedUrl, httpServer } from './http-server.ts';
import { type Ending, tuohs } from './process.ts';

const run = promisify(execFile);

/** A fresh project with the packed client, installed by npm without a registry; and the packages that it then has. */
export async function freshProject(ending: Ending): Promise<{ path: string; packages: readonly string[] }> {
  const path = await folder(ending);
  packClient(join(path, 'client.tgz'));
  await writeFile(join(path, 'package.json'), '{"type":"module"}');
  await mkdir(join(path, 'cache'));
  const quiet = ['--offline', '--no-audit', '--no-fund', '--cache', join(path, 'cache')];
  await run('npm', ['install', ...quiet, './client.tgz'], { cwd: path });
  const packages = await readdir(join(path, 'node_modules'));
  return { path, packages: packages.filter((name) => !name.startsWith('.')) };
}

/** What `exercise` needs of the world: a service, and addresses that fail, all of which pages of any site may ask. */
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

/** What `exercise` has to find there. */
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
