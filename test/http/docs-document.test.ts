import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeApi } from '../../src/http/api-server.ts';
import { problems } from '../../src/http/problem.ts';

interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { schema: object; example?: unknown }>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly object[];
  readonly responses: Readonly<Record<string, Answer | { $ref: string }>>;
}

const document = await describeApi('1.2.3');
const { paths, components } = document;
const operations = Object.values(paths).flatMap((path) => Object.values(path)) as unknown as Operation[];

// What a request meets before its route does: on every path, so in every operation.
const ANYWHERE = [400, 408, 429, 431, 500, 503];
const STATUSES: Readonly<Record<string, readonly number[]>> = {
  shout: [200, ...ANYWHERE, 413, 504],
  shoutAtRoot: [200, ...ANYWHERE, 413, 504],
  shoutCacheable: [200, 304, ...ANYWHERE, 504],
  shoutBulk: [200, ...ANYWHERE, 413],
  home: [200, ...ANYWHERE],
  health: [200, ...ANYWHERE],
  status: [200, ...ANYWHERE],
};

test('the document has every operation, each under one name', () => {
  assert.deepEqual(operations.map(({ operationId }) => operationId).sort(), Object.keys(STATUSES).sort());
});

for (const { operationId, parameters, responses } of operations) {
  test(`${operationId} names every status that it can answer with`, () => {
    const expected = STATUSES[operationId]?.toSorted((a, b) => a - b);

    assert.deepEqual(Object.keys(responses).map(Number), expected);
  });

  test(`${operationId} takes a request id, and every answer has one`, () => {
    assert.ok(parameters.some((parameter) => JSON.stringify(parameter).includes('RequestId')));
    for (const [status, response] of Object.entries(responses)) {
      assert.ok('X-Request-Id' in (answerOf(response).headers ?? {}), status);
    }
  });

  test(`${operationId} has an example for each form of its good answer, none for a 304, and one Problem for errors`, () => {
    for (const [status, response] of Object.entries(responses)) {
      const { content } = answerOf(response);
      const problem = content?.['application/json']?.schema;

      assert.equal(content === undefined, status === '304', status);
      if (Number(status) >= 400) assert.deepEqual(problem, { $ref: '#/components/schemas/Problem' }, status);
      for (const { example } of Object.values(content ?? {})) assert.notEqual(example, undefined, status);
    }
  });
}

for (const [name, response] of Object.entries(components?.responses ?? {})) {
  const { headers = {}, content = {}, description } = response as Answer;
  const example = content['application/json']?.example as { code: keyof typeof problems } | undefined;
  const { status } = problems[example?.code ?? 'INTERNAL'];

  test(`the shared answer ${name} names all codes of its status, and no others`, () => {
    const named = Array.from(description.matchAll(/`([A-Z_]+)`:/g), ([, found]) => found);
    const expected = Object.entries(problems).filter(([, row]) => row.status === status);

    assert.deepEqual(named.sort(), expected.map(([each]) => each).sort());
  });

  test(`the shared answer ${name} names the headers of its status`, () => {
    assert.equal('Retry-After' in headers, [429, 503, 504].includes(status));
    assert.equal('RateLimit-Reset' in headers, status === 429);
  });
}

test('the codes are one enumeration: those of the error table', () => {
  const codes = components?.schemas?.ErrorCode as { enum: string[] } | undefined;

  assert.deepEqual(codes?.enum, Object.keys(problems));
});

test('each form of a body is a type of its own, or a generated client could not tell them apart', () => {
  for (const path of ['/v1', '/']) {
    const { requestBody } = paths[path]?.post ?? {};
    const schemas = Object.values(Object(requestBody).content).map((each) =>
      JSON.stringify(Object(each).schema),
    );

    assert.equal(new Set(schemas).size, schemas.length);
  }
});

test('an example of JSON has every required key of its schema, and no key that the schema does not name', () => {
  for (const [at, schema, example] of jsonExamples()) {
    const { properties, required } = schema;

    for (const key of Object.keys(example)) assert.ok(key in properties, `${at} ${key}`);
    for (const key of required) assert.ok(key in example, `${at} ${key}`);
  }
});

function answerOf(response: Answer | { $ref: string }): Answer {
  if (!('$ref' in response)) return response;
  return components?.responses?.[response.$ref.split('/').at(-1) ?? ''] as unknown as Answer;
}

interface ObjectSchema {
  readonly properties: object;
  readonly required: readonly string[];
}

/** Every example of JSON in an answer, with the schema that it refers to. */
function jsonExamples(): [at: string, schema: ObjectSchema, example: object][] {
  return operations.flatMap(({ operationId, responses }) =>
    Object.entries(responses).flatMap(([status, response]): [string, ObjectSchema, object][] => {
      const json = answerOf(response).content?.['application/json'];
      if (json === undefined) return [];
      const name = Object(json.schema).$ref.split('/').at(-1);
      const schema = components?.schemas?.[name] as ObjectSchema | undefined;
      assert.ok(schema !== undefined, name);
      return [[`${operationId} ${status}`, schema, Object(json.example)]];
    }),
  );
}
