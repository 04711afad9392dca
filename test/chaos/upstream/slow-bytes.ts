import { nowMs } from '../tools/now.ts';
import { answerBytes, shouted, trickle } from '../tools/replies.ts';
import { atLeast, atMost, exactly, type Row } from '../tools/row.ts';
import { percentile } from '../tools/statistics.ts';
import { until } from '../tools/until.ts';

const ATTEMPT_TIMEOUT_MS = 600;
// What a busy machine may add to one of them.
const NOISE_MS = 500;

export const trickledAnswer: Row = {
  name: 'one byte of the answer each 200 ms',
  group: 'upstream',
  isShort: true,
  unprotected: { env: { ATTEMPT_TIMEOUT_MS: '2900' }, fails: 'longest attempt, ms' },
  async run(lab) {
    const lasted: number[] = [];
    const upstream = await lab.peer((attempt) => {
      attempt.socket.once('close', () => lasted.push(nowMs() - attempt.atMs));
      trickle(attempt, answerBytes(200, shouted(attempt)), 200);
    });
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });

    const answer = await lab.ask(gateway, 'by and by');
    await until(() => lasted.length === upstream.attempts.length, 4_000);

    // The last attempt may end sooner: at the caller's deadline.
    const whole = lasted.length > 1 ? lasted.slice(0, -1) : lasted;
    return [
      exactly('answer', `${answer.status} ${answer.code}`, '504 UPSTREAM_TIMEOUT'),
      atMost('attempts, median, ms', percentile(whole, 0.5), ATTEMPT_TIMEOUT_MS + 150),
      atMost('longest attempt, ms', Math.max(...whole), ATTEMPT_TIMEOUT_MS + 150 + NOISE_MS),
      atLeast('shortest attempt, ms', Math.min(...whole), ATTEMPT_TIMEOUT_MS - 150),
      exactly('sockets destroyed', lasted.length, upstream.attempts.length),
    ];
  },
};
