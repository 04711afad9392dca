import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openApiDocument } from '../../src/http/docs/openapi-document.ts';
import { problems } from '../../src/http/problem.ts';

interface Answer {
  readonly description: string;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { schema: { properties?: { code: { enum: string[] } } } }>>;
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly { name: string }[];
  readonly responses: Readonly<Record<string, Answer>>;
}

const { paths } = await openApiDocument('1.2.3');
const operations = Object.values(paths as Record<string, Record<string, Operation>>).flatMap((path) =>
  Object.values(path),
);

// What a request meets before its route does: on every path, so in every operation.
const ANYWHERE = [400, 408, 429, 431, 500, 503];
const STATUSES: Readonly<Record<string, readonly number[]>> = {
  shout: [200, ...ANYWHERE, 413, 504],
  shoutAtRoot: [200, ...ANYWHERE, 413, 504],
  shoutCacheable: [200, 304, ...ANYWHERE, 504],
  shoutBulk: [200, ...ANYWHERE],
  home: [200, ...ANYWHERE],
  health: [200, ...ANYWHERE],
};

test('the document has every operation, each under one name', () => {
  assert.deepEqual(operations.map(({ operationId }) => operationId).sort(), Object.keys(STATUSES).sort());
});

for (const { operationId, parameters, responses } of operations) {
  test(`${operationId} names every status that it can answer with`, () => {
    const statuses = Object.keys(responses).map(Number);

    assert.deepEqual(
      statuses,
      STATUSES[operationId]?.toSorted((a, b) => a - b),
    );
  });

  test(`${operationId} names the headers of a request's id, and its retries`, () => {
    assert.ok(parameters.some(({ name }) => name === 'X-Request-Id'));
    for (const [status, { headers }] of Object.entries(responses)) {
      assert.ok('X-Request-Id' in headers, status);
      assert.equal('Retry-After' in headers, ['429', '503', '504'].includes(status), status);
      assert.equal('RateLimit-Reset' in headers, status === '429', status);
    }
  });

  test(`${operationId} names for each status of an error the codes that have it`, () => {
    for (const [status, { content }] of Object.entries(responses).filter(([code]) => Number(code) >= 400)) {
      const codes = content?.['application/json']?.schema.properties?.code.enum ?? [];

      assert.ok(codes.length > 0, status);
      assert.deepEqual(
        codes.filter((code) => problems[code as keyof typeof problems].status !== Number(status)),
        [],
      );
    }
  });
}

test('a 304 has no content', () => {
  const cacheable = operations.find(({ operationId }) => operationId === 'shoutCacheable');

  assert.equal(cacheable?.responses[304]?.content, undefined);
});
