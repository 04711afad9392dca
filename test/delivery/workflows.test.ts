import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { ROOT, read } from '../support/pages.ts';

interface Step {
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

  test(`${name} gives no right to all jobs, and each job a time`, () => {
    assert.deepEqual(workflow.permissions, {});
    for (const [job, { permissions, uses, 'timeout-minutes': minutes }] of Object.entries(workflow.jobs)) {
      assert.ok(permissions, `${job} names what it may`);
      assert.ok(uses ?? minutes, `${job} ends by itself`);
    }
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

test('the pipeline calls green what CI calls green', () => {
  assert.ok(pipeline.test?.steps?.some(({ run }) => run === '.ci/run'));
});

test('the simulation and the laboratory run each night, and nothing that lands waits for them', () => {
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

test('what installs packages may write nothing, and has not logged in anywhere', () => {
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

test('the registry is a variable: GHCR by default, or DigitalOcean with its own login', () => {
  const build = JSON.stringify(pipeline.build);

  assert.match(build, /IMAGE:-ghcr\.io\//);
  assert.match(build, /doctl registry login/);
});

test('every update waits a week', () => {
  for (const { cooldown } of parse(dependabot).updates) assert.deepEqual(cooldown, { 'default-days': 7 });
});

function needs(job: string): string[] {
  return [pipeline[job]?.needs ?? []].flat();
}
