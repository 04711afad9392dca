import type { Row } from './row.ts';
import { bulk } from './rows/bulk.ts';
import { known } from './rows/known.ts';
import { knownInRedis } from './rows/known-in-redis.ts';
import { longTexts } from './rows/long-texts.ts';
import { memory } from './rows/memory.ts';
import { start } from './rows/start.ts';
import { unknown } from './rows/unknown.ts';

export const rows: readonly Row[] = [...known, ...unknown, knownInRedis, memory, start, longTexts, bulk];
