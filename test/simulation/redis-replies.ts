import { ReplyError } from 'ioredis';
import type { Dice } from './dice.ts';
import type { RedisFault } from './scenario.ts';

export type Reply = string | number | null | Error | readonly (string | null)[];

const HUGE = 'x'.repeat(400_000);

/** Decides how a simulated Redis with its current fault replies to each command. */
export function redisReplies(faultNow: () => RedisFault['kind'] | undefined, roll: Dice) {
  const values = new Map<string, string>();

  return (name: string, keys: readonly string[], value = ''): Reply => {
    if (name === 'info') return info();
    if (faultNow() === 'loading') return new ReplyError('LOADING Redis is loading the dataset in memory');
    switch (name) {
      case 'get':
        return read(keys[0] ?? '');
      case 'mget':
        return keys.map(read);
      case 'set':
        return write(keys[0] ?? '', value);
      case 'unlink':
        return keys.filter((key) => values.delete(key)).length;
      default:
        return keys[0] ?? '';
    }
  };

  function info(): string {
    const role = faultNow() === 'replica' ? 'slave' : 'master';
    return `redis_mode:standalone\r\nloading:${faultNow() === 'loading' ? 1 : 0}\r\nrole:${role}\r\n`;
  }

  function read(key: string): string | null {
    const value = values.get(key) ?? null;
    const kind = faultNow();
    if (kind === 'huge' && roll.chance(0.2)) return HUGE;
    if (value === null || kind !== 'lying') return value;
    const [another = ''] = values.values();
    return roll.one([another, value.toLowerCase(), '', `${value}!`, value.slice(1)]);
  }

  function write(key: string, value: string): Reply {
    const kind = faultNow();
    if (kind === 'full') return new ReplyError('OOM command not allowed when used memory > maxmemory');
    if (kind === 'replica') return new ReplyError("READONLY You can't write against a read only replica.");
    values.set(key, value);
    return 'OK';
  }
}

/** Encodes a reply in the protocol of Redis. */
export function frameOf(reply: Reply): Buffer {
  return Buffer.from(written(reply));
}

function written(reply: Reply): string {
  if (reply === null) return '$-1\r\n';
  if (reply === 'OK') return '+OK\r\n';
  if (typeof reply === 'number') return `:${reply}\r\n`;
  if (typeof reply === 'string') return `$${Buffer.byteLength(reply)}\r\n${reply}\r\n`;
  if (reply instanceof Error) return `-${reply.message}\r\n`;
  return `*${reply.length}\r\n${reply.map(written).join('')}`;
}
