import type { Row } from './row.ts';
import { bulk } from './rows/bulk.ts';
import { known, knownAlone, knownGet } from './rows/known.ts';
import { knownInRedis } from './rows/known-in-redis.ts';
import { longTexts } from './rows/long-texts.ts';
import { memory } from './rows/memory.ts';
import { start } from './rows/start.ts';
import { alone, unknown } from './rows/unknown.ts';

export const rows: readonly Row[] = [
  known,
  knownGet,
  knownAlone,
  unknown,
  alone,
  knownInRedis,
  memory,
  start,
  longTexts,
  bulk,
];
