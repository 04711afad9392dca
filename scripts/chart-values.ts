import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

/** A value of the chart, as its README shows it. */
export interface ChartValue {
  /** The keys, joined by dots, such as `image.repository`. */
  readonly path: string;
  /** The default as JSON; undefined for a group of values. */
  readonly byDefault: string | undefined;
  readonly says: string;
}

/** Every value of a values.yaml, with the comment above it. Throws for a value without a comment. */
export function chartValues(yaml: string): ChartValue[] {
  const { contents } = parseDocument(yaml);
  if (!isMap(contents)) throw new Error('values.yaml holds no map');
  return valuesOf(contents, '');
}

function valuesOf(map: YAMLMap, prefix: string): ChartValue[] {
  return map.items.flatMap((pair, index) => {
    const path = `${prefix}${keyOf(pair)}`;
    const says = commentAbove(map, index);
    if (isMap(pair.value) && isGroup(pair.value)) {
      const group = says ? [{ path, byDefault: undefined, says }] : [];
      return [...group, ...valuesOf(pair.value, `${path}.`)];
    }
    if (!says) throw new Error(`values.yaml says nothing about ${path}`);
    return [{ path, byDefault: JSON.stringify(map.toJSON()[keyOf(pair)]), says }];
  });
}

/** A map is a group if its values have comments. Otherwise it is a value itself. */
function isGroup(map: YAMLMap): boolean {
  return map.items.some(
    ({ value }, index) => commentAbove(map, index) !== '' || (isMap(value) && isGroup(value)),
  );
}

/** The parser assigns the comment above the first key of an inner map to the map, not to the key. */
function commentAbove(map: YAMLMap, index: number): string {
  const key = map.items[index]?.key;
  const own = isScalar(key) ? key.commentBefore : undefined;
  return oneLine(own ?? (index === 0 ? map.commentBefore : undefined));
}

function keyOf({ key }: Pair): string {
  return String(isScalar(key) ? key.value : key);
}

function oneLine(comment: string | null | undefined): string {
  return (comment ?? '').replace(/\s*\n\s*/g, ' ').trim();
}
