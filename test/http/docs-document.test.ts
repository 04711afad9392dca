import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeApi } from '../../src/http/api-server.ts';
import { problems } from '../../src/http/problem.ts';

interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { schema: { $ref?: string }; example?: object }>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly object[];
  readonly responses: Readonly<Record<string, Answer & { readonly $ref?: string }>>;
}

interface ObjectSchema {
  readonly properties: object;
  readonly required: readonly string[];
}

const { paths, components = {} } = await describeApi('1.2.3');
const operations = Object.values(paths).flatMap((path) => Object.values(path)) as unknown as Operation[];
const shared = Object.entries(components.responses ?? {}) as unknown as [string, Answer][];

// Each operation has these errors, because they can come before a route is found.
const ANYWHERE = [400, 408, 431, 500, 503];
// Requests for texts count for the quota; all others are free.
const STATUSES: Readonly<Record<string, readonly number[]>> = {
  shout: [200, ...ANYWHERE, 413, 429, 504],
  shoutAtRoot: [200, ...ANYWHERE, 413, 429, 504],
  shoutCacheable: [200, 304, ...ANYWHERE, 429, 504],
  shoutBulk: [200, ...ANYWHERE, 413, 429],
  home: [200, ...ANYWHERE],
  health: [200, ...ANYWHERE],
  status: [200, ...ANYWHERE],
};

test('the document has every operation, each under one name', () => {
  assert.deepEqual(operations.map(({ operationId }) => operationId).sort(), Object.keys(STATUSES).sort());
});

for (const { operationId, parameters, responses } of operations) {
  const answers = Object.entries(responses).map(([status, answer]) => ({ status, ...resolved(answer) }));

  test(`${operationId} names every status that it can answer with`, () => {
    const expected = STATUSES[operationId]?.toSorted((a, b) => a - b);

    assert.deepEqual(Object.keys(responses).map(Number), expected);
  });

  test(`${operationId} takes a request id, and every answer has one`, () => {
    assert.match(JSON.stringify(parameters), /RequestId/);
    for (const { status, headers = {} } of answers) assert.ok('X-Request-Id' in headers, status);
  });

  test(`${operationId} has an example for each form of its good answer, none for a 304, and one Problem for errors`, () => {
    for (const { status, content } of answers) {
      const problem = content?.['application/json']?.schema;

      assert.equal(content === undefined, status === '304', status);
      if (Number(status) >= 400) assert.deepEqual(problem, { $ref: '#/components/schemas/Problem' }, status);
      for (const { example } of Object.values(content ?? {})) assert.notEqual(example, undefined, status);
    }
  });

  test(`${operationId} has in an example of JSON every required key of its schema, and no key that the schema does not name`, () => {
    for (const { status, content } of answers) {
      const { schema, example = {} } = content?.['application/json'] ?? {};
      if (schema === undefined) continue;
      const found: ObjectSchema | undefined = Object(components.schemas)[nameIn(schema)];
      const { properties, required } = found ?? assert.fail(`document.ts has no schema ${nameIn(schema)}`);

      for (const key of Object.keys(example)) assert.ok(key in properties, `${status} ${key}`);
      for (const key of required) assert.ok(key in example, `${status} ${key}`);
    }
  });
}

for (const [name, { headers = {}, content, description }] of shared) {
  const { code = 'INTERNAL' } = Object(content?.['application/json']?.example);
  const { status } = problems[code as keyof typeof problems];

  test(`the shared answer ${name} names all codes of its status, and no others, and the headers of its status`, () => {
    const named = Array.from(description.matchAll(/`([A-Z_]+)`:/g), ([, found]) => found);
    const expected = Object.entries(problems).filter(([, row]) => row.status === status);

    assert.deepEqual(named.sort(), expected.map(([each]) => each).sort());
    assert.equal('Retry-After' in headers, [429, 503, 504].includes(status));
    assert.equal('RateLimit-Reset' in headers, status === 429);
  });
}

test('each status of the error table has a shared answer, except those of a path or method that does not exist', () => {
  const described = shared.map(([, { content }]) => Object(content?.['application/json']?.example).code);
  const statuses = described.map((code) => problems[code as keyof typeof problems].status);
  const all = new Set([404, 405, ...statuses]);

  for (const [code, { status }] of Object.entries(problems))
    assert.ok(all.has(status), `${code}: add ${status} to ERROR_RESPONSES in src/openapi/parts.ts`);
});

test('the codes are one enumeration: those of the error table', () => {
  assert.deepEqual(Object(components.schemas?.ErrorCode).enum, Object.keys(problems));
});

test('each form of a body is a type of its own, or a generated client could not tell them apart', () => {
  for (const path of ['/v1', '/']) {
    const forms = Object.values(Object(paths[path]?.post?.requestBody).content);
    const schemas = forms.map((form) => JSON.stringify(Object(form).schema));

    assert.ok(schemas.length > 1);
    assert.equal(new Set(schemas).size, schemas.length);
  }
});

function resolved(answer: Answer & { readonly $ref?: string }): Answer {
  return answer.$ref === undefined ? answer : (Object.fromEntries(shared)[nameIn(answer)] ?? assert.fail());
}

/** The last part of the path in a reference. */
function nameIn({ $ref = '' }: { readonly $ref?: string }): string {
  return $ref.slice($ref.lastIndexOf('/') + 1);
}
