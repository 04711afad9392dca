import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../src/shoutcloud/fault-plan.ts';
import { shoutRequest } from '../tools/answer.ts';
import { gatherCrowd } from '../tools/crowd.ts';
import { honest } from '../tools/replies.ts';
import { atLeast, exactly, type Row } from '../tools/row.ts';
import { oracle, someTexts } from '../tools/texts.ts';
import { until } from '../tools/until.ts';
import { readAnswer } from '../tools/wire.ts';
import { besideOrdinaryCallers } from './ordinary-callers.ts';

export const pipelined: Row = {
  name: '100 pipelined requests on each of 5 sockets',
  group: 'callers',
  isShort: false,
  isAlone: true,
  async run(lab) {
    const random = seededRandom(lab.seed);
    const upstream = await lab.peer((attempt) => honest(5 + random() * 50)(attempt));
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });

    const { found, figures } = await besideOrdinaryCallers(lab, gateway, () =>
      Promise.all(
        [1, 2, 3, 4, 5].map((socket) => pipeline(gateway.port, someTexts(100, lab.seed + 100 + socket))),
      ),
    );

    return [
      exactly(
        'answered in order',
        found.reduce((sum, count) => sum + count, 0),
        500,
      ),
      ...figures,
    ];
  },
};

export const aborts: Row = {
  name: '1,000 callers abort',
  group: 'callers',
  isShort: true,
  isAlone: true,
  async run(lab) {
    const upstream = await lab.peer(honest(100));
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
    const texts = someTexts(1_000, lab.seed + 2);
    const random = seededRandom(lab.seed);

    const { found, figures } = await besideOrdinaryCallers(lab, gateway, async () => {
      const crowd = await gatherCrowd({
        port: gateway.port,
        size: 1_000,
        reads: true,
        act(socket, index) {
          const request = shoutRequest(texts[index] ?? '');
          socket.write(random() < 0.2 ? request.slice(0, -3) : request);
          setTimeout(() => (random() < 0.5 ? socket.resetAndDestroy() : socket.destroy()), random() * 60);
        },
      });
      await until(() => crowd.stoodMs.length === 1_000, 3_000);
      await sleep(500);
      return crowd.stoodMs.length;
    });

    return [atLeast('aborted', found, 1_000), ...figures];
  },
};

/** How many of the answers came in the order of the requests, and right. */
async function pipeline(port: number, texts: readonly string[]): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.write(texts.map(shoutRequest).join(''));
  let received = Buffer.alloc(0);
  let inOrder = 0;
  let answered = 0;
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    for (let read = readAnswer(received); read; read = readAnswer(received)) {
      received = received.subarray(read.length);
      if (JSON.parse(read.answer.body).data === oracle(texts[answered++] ?? '')) inOrder++;
    }
  });
  await until(() => answered === texts.length || socket.destroyed, 5_000);
  socket.destroy();
  return inOrder;
}
