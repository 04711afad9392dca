import { type Crowd, drip, gatherCrowd } from '../tools/crowd.ts';
import { honest } from '../tools/replies.ts';
import { atMost, exactly, type Row } from '../tools/row.ts';
import { until } from '../tools/until.ts';
import { besideOrdinaryCallers } from './ordinary-callers.ts';

const CLOSED_WITHIN_MS = 12_000;

export const slowHeaders: Row = {
  name: 'slow headers on 500 sockets',
  group: 'callers',
  isShort: false,
  isAlone: true,
  unprotected: { without: 'client-timeouts', fails: 'closed' },
  async run(lab) {
    const upstream = await lab.peer(honest(20));
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });

    const { found, figures } = await besideOrdinaryCallers(lab, gateway, () =>
      closedInTime({
        port: gateway.port,
        size: 500,
        reads: true,
        act(socket) {
          socket.write('POST /v1 HTTP/1.1\r\nhost: lab\r\n');
          drip(socket, 1_000, () => 'x-more: to come\r\n');
        },
      }),
    );

    return [...found, ...figures];
  },
};

export const halfBodies: Row = {
  name: 'half bodies on 150 sockets, half bulk bodies on 150',
  group: 'callers',
  isShort: false,
  isAlone: true,
  unprotected: { without: 'client-timeouts', fails: 'closed' },
  async run(lab) {
    const upstream = await lab.peer(honest(20));
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
    const head = (path: string, type: string, framing: string) =>
      `POST ${path} HTTP/1.1\r\nhost: lab\r\ncontent-type: ${type}\r\n${framing}\r\n\r\n`;
    const line = '{"data": "a line"}\n';

    const { found, figures } = await besideOrdinaryCallers(lab, gateway, () =>
      closedInTime({
        port: gateway.port,
        size: 300,
        reads: true,
        act(socket, index) {
          if (index % 2 === 0) {
            socket.write(head('/v1', 'application/json', 'content-length: 1000'));
            socket.write('{"');
          } else {
            socket.write(head('/v1/bulk', 'application/x-ndjson', 'transfer-encoding: chunked'));
            socket.write(`${line.length.toString(16)}\r\n${line}\r\n`);
          }
        },
      }),
    );

    return [...found, ...figures];
  },
};

async function closedInTime(plan: Parameters<typeof gatherCrowd>[0]) {
  const crowd: Crowd = await gatherCrowd(plan);
  await until(() => crowd.stoodMs.length === plan.size, CLOSED_WITHIN_MS + 500);
  const figures = [
    exactly('closed', crowd.stoodMs.length, plan.size),
    atMost('stood at most, ms', Math.max(0, ...crowd.stoodMs), CLOSED_WITHIN_MS),
  ];
  crowd.close();
  return figures;
}
