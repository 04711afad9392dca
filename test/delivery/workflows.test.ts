import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readVersion } from '../../src/version.ts';
import { folder } from '../support/folder.ts';
import { ROOT, read } from '../support/pages.ts';

interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly needs?: string | string[];
  readonly if?: string;
  readonly steps?: Step[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly uses?: string;
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}

const files = readdirSync(new URL('.github/workflows', ROOT)).map((name) => {
  const text = read(`.github/workflows/${name}`);
  return { name, text, workflow: parse(text) as Workflow };
});
const dependabot = read('.github/dependabot.yml');
const pipeline = files.find(({ name }) => name === 'pipeline.yml')?.workflow.jobs ?? {};

for (const { name, text, workflow } of files) {
  test(`${name} pins every action to a commit and names its version`, () => {
    const uses = [...text.matchAll(/uses: (?!\.\/)(.*)/g)].map(([, what = '']) => what);

    assert.ok(uses.length > 0);
    for (const action of uses) assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test(`${name} gives no rights to all jobs, and each job a time limit`, () => {
    assert.deepEqual(workflow.permissions, {});
    for (const [job, { permissions, uses, 'timeout-minutes': minutes }] of Object.entries(workflow.jobs)) {
      assert.ok(permissions, `${job} names its permissions`);
      assert.ok(uses ?? minutes, `${job} ends by itself`);
    }
  });
}

for (const [what, action, input, value] of [
  ['no token stays in the sources that a job checks out', 'checkout', 'persist-credentials', false],
  ['a job that runs again replaces the files that it has kept', 'upload-artifact', 'overwrite', true],
] as const) {
  test(what, () => {
    const jobs = files.flatMap(({ workflow }) => Object.values(workflow.jobs));
    const steps = jobs.flatMap(({ steps = [] }) => steps);
    const found = steps.filter(({ uses }) => uses?.startsWith(`actions/${action}@`));

    assert.ok(found.length > 0);
    for (const { with: given } of found) assert.equal(given?.[input], value);
  });
}

test('nothing is built before all tests pass, and nothing is deployed but what was built', () => {
  assert.deepEqual(needs('build').sort(), ['cluster', 'test']);
  assert.deepEqual(needs('deploy'), ['build']);
  assert.deepEqual(needs('release').sort(), ['build', 'deploy']);
  assert.match(JSON.stringify(pipeline.deploy), /needs\.build\.outputs\.image/);
});

test('a pull request builds, deploys and releases nothing', () => {
  assert.match(pipeline.build?.if ?? '', /^github\.event_name != 'pull_request' && /);
  for (const job of ['test', 'cluster']) {
    assert.deepEqual(pipeline[job]?.permissions, { contents: 'read' });
    assert.doesNotMatch(JSON.stringify(pipeline[job]), /secrets\.|github\.token/);
  }
});

test('the pipeline tests with .ci/run', () => {
  assert.ok(pipeline.test?.steps?.some(({ run }) => run === '.ci/run'));
});

test('the simulation and the laboratory run each night, and no change waits for them', () => {
  const laboratory = files.find(({ name }) => name === 'laboratory.yml')?.workflow;
  const runs = (job: string) => laboratory?.jobs[job]?.steps?.map(({ run = '' }) => run).join('\n') ?? '';

  assert.deepEqual(Object.keys(laboratory?.on ?? {}), ['schedule', 'workflow_dispatch']);
  assert.match(runs('simulate'), /^make simulate SEEDS="\$SEEDS" \| tee/m);
  assert.match(runs('chaos'), /make chaos \| tee/);
});

test('the image is for both processors, with SBOM and provenance, and signed', () => {
  const steps = pipeline.build?.steps ?? [];
  const built = steps.find(({ uses }) => uses?.startsWith('docker/build-push-action@'))?.with ?? {};

  assert.equal(built.platforms, 'linux/amd64,linux/arm64');
  assert.equal(built.sbom, true);
  assert.equal(built.provenance, 'mode=max');
  assert.ok(steps.some(({ run }) => run?.startsWith('cosign sign')));
});

test('a job that installs packages has no right to write and is not logged in', () => {
  for (const { workflow } of files) {
    for (const [name, { steps = [], permissions = {} }] of Object.entries(workflow.jobs)) {
      const installs = steps.findIndex(({ run }) => /make install|npm ci|make release-files/.test(run ?? ''));
      if (installs < 0) continue;
      assert.deepEqual(Object.values(permissions), ['read'], name);
      for (const { uses = '' } of steps.slice(0, installs)) assert.doesNotMatch(uses, /doctl|login/, name);
    }
  }
});

test('the bases of the image are pinned by digest, watched, and given to the build', () => {
  const pinned = [
    ...read('.ci/base-images/Dockerfile').matchAll(/^FROM (\S+)@sha256:[0-9a-f]{64} AS (\w+)$/gm),
  ];
  const build = JSON.stringify(pipeline.build);

  assert.deepEqual(
    pinned.map(([, image, name = '']) => `ARG ${name.toUpperCase()}_IMAGE=${image}`),
    read('Dockerfile').match(/^ARG \w+_IMAGE=.+$/gm),
  );
  for (const name of ['BUILD', 'RUNTIME']) assert.match(build, new RegExp(`${name}_DIGEST=`));
  assert.match(dependabot, /docker\n +directory: \/\.ci\/base-images/);
});

test('the build gets the image, its version and the digests of its bases', async (t) => {
  const { output } = await whatIsBuilt(t);

  const [image, version, created, ...digests] = output.trim().split('\n');
  assert.equal(image, 'image=ghcr.io/team/tuohs');
  assert.equal(version, `version=${readVersion()}`);
  assert.match(created ?? '', /^created=\d{4}-/);
  assert.match(digests.join(' '), /^build=sha256:\w{64} runtime=sha256:\w{64}$/);
});

for (const lost of ['AS build', 'AS runtime', '"version"']) {
  test(`nothing is built if this is missing: ${lost}`, async (t) => {
    const { status, output } = await whatIsBuilt(t, (line) => !line.includes(lost));

    assert.notEqual(status, 0);
    assert.equal(output, '');
  });
}

test('the registry is a variable: GHCR by default, or DigitalOcean with its own login', () => {
  const build = JSON.stringify(pipeline.build);

  assert.match(build, /IMAGE:-ghcr\.io\//);
  assert.match(build, /doctl registry login/);
});

/** Runs the step that decides what to build, after removing the lines of its input files that `isKept` rejects. */
async function whatIsBuilt(t: TestContext, isKept = (_line: string) => true) {
  const cwd = await folder(t);
  const outputs = join(cwd, 'outputs');
  writeFileSync(outputs, '');
  mkdirSync(join(cwd, '.ci/base-images'), { recursive: true });
  for (const path of ['package.json', '.ci/base-images/Dockerfile']) {
    writeFileSync(join(cwd, path), read(path).split('\n').filter(isKept).join('\n'));
  }
  const script = pipeline.build?.steps?.find(({ id }) => id === 'name')?.run ?? '';
  const GIT_DIR = fileURLToPath(new URL('.git', ROOT));
  const env = { PATH: process.env.PATH, GIT_DIR, GITHUB_REPOSITORY: 'Team/tuohs', GITHUB_OUTPUT: outputs };

  // This is how GitHub runs `shell: bash`.
  const { status } = spawnSync('bash', ['-eo', 'pipefail', '-c', script], { cwd, env });
  return { status, output: readFileSync(outputs, 'utf8') };
}

function needs(job: string): string[] {
  return [pipeline[job]?.needs ?? []].flat();
}
