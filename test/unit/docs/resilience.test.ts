import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seriesTable } from '../../../scripts/monitoring/series-table.ts';
import { matches, read } from '../../support/pages.ts';

const page = read('docs/resilience.md');

// The layers in the order in which they are wired, the innermost first.
const wired = matches(read('src/shouter-stack.ts'), /\blayers\.(\w+)\(/g)
  .map((name) => (['memory', 'redis'].includes(name) ? 'cached' : name))
  .reverse();

test('the picture in docs/architecture.md has the layers in the order in which they are wired', () => {
  const [picture = ''] = matches(read('docs/architecture.md'), /^```mermaid\n(.*?)^```/gms);
  const boxes = matches(picture, /\["(\w+): /g).filter((name) => wired.includes(name));

  assert.deepEqual(boxes, wired);
});

test('each layer has a section, outermost first', () => {
  const sections = matches(page, /^### (\w+)(?: \(|$)/gm).filter((name) => wired.includes(name));

  assert.deepEqual(sections, wired);
});

test('docs/monitoring.md has a row for each series of ours, with its labels, type and unit', async () => {
  const row = /^\| `(tuohs_\w+)(?:\{([\w,]+)\})?` \| (\w+) \| (.+?) \|/gm;
  const shown = Array.from(read('docs/monitoring.md').matchAll(row), ([, ...cells]) => cells.join(' '));
  const ours = (await seriesTable()).map(({ name, labels, type, unit }) =>
    [name, labels.join(), type, unit].join(' '),
  );

  assert.deepEqual(shown.sort(), ours.sort());
});

test('each series that the page mentions exists, even with its prefix left out', async () => {
  const names = (await seriesTable()).map(({ name }) => name);
  const mention = /`(?:tuohs_)?([a-z]+(?:_[a-z]+)*_(?:total|seconds|size|up|state|tokens))(?:_count)?[`{]/g;
  const mentioned = matches(page, mention);

  assert.ok(mentioned.length > 10);
  for (const name of mentioned) assert.ok(names.includes(`tuohs_${name}`), name);
});
