import type { Row } from './row.ts';
import { known } from './rows/known.ts';
import { knownInRedis } from './rows/known-in-redis.ts';
import { alone, unknown } from './rows/unknown.ts';

export const rows: readonly Row[] = [known, unknown, alone, knownInRedis];
