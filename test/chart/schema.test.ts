import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { chart } from './rendering.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const schema: Schema = JSON.parse(readFileSync(`${chart}/values.schema.json`, 'utf8'));
const values = parse(readFileSync(`${chart}/values.yaml`, 'utf8'));

test('wherever the schema names properties it allows no other', () => {
  assert.deepEqual(openObjects(schema, ''), []);
});

test('the schema names each value, and each value that it names is there', () => {
  // These values have no default. The first two belong to a parent chart, affinities are empty, and Kubernetes decides the rest.
  const isOptional = /^(global|enabled|affinity\..*|resources\.\w+\.ephemeral-storage|.*\.selectPolicy)$/;

  assert.deepEqual(
    pathsOfSchema(schema).filter((path) => !isOptional.test(path)),
    pathsOfValues(values),
  );
});

function openObjects(node: Schema, path: string): string[] {
  const children = [
    ...Object.entries(node.properties ?? {}),
    ...Object.entries(node.$defs ?? {}),
    ...(node.items ? ([['[]', node.items]] as const) : []),
  ];
  const isOpen = node.properties !== undefined && node.additionalProperties !== false;
  return [
    ...(isOpen ? [path] : []),
    ...children.flatMap(([key, child]) => openObjects(child, `${path}.${key}`)),
  ];
}

function pathsOfSchema(node: Schema, path = ''): string[] {
  const { properties } = node.$ref ? definition(node.$ref) : node;
  if (!properties) return [path];
  return Object.entries(properties)
    .flatMap(([key, child]) => pathsOfSchema(child, path ? `${path}.${key}` : key))
    .sort();
}

function definition(reference: string): Schema {
  return schema.$defs?.[reference.replace('#/$defs/', '')] ?? {};
}

function pathsOfValues(value: unknown, path = ''): string[] {
  const isBranch = typeof value === 'object' && value !== null && !Array.isArray(value);
  const isMap = isBranch && /(annotations|labels|nodeSelector|affinity|sysctls)$/i.test(path);
  if (!isBranch || isMap) return isMap && path === 'affinity' ? [] : [path];
  return Object.entries(value)
    .flatMap(([key, child]) => pathsOfValues(child, path ? `${path}.${key}` : key))
    .sort();
}
