import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Attempt, Script } from '../tools/raw-peer.ts';
import { answerBytes, honest } from '../tools/replies.ts';
import { atMost, exactly, type Row } from '../tools/row.ts';

const MEBIBYTE = 2 ** 20;
// What the kernel holds of an unread connection on loopback, both ends.
const SOCKET_BUFFERS = 8 * MEBIBYTE;

export const largeAnswers: Row = {
  name: 'an endless answer, one of 50 MiB, compressed ones',
  group: 'upstream',
  isShort: true,
  isAlone: true,
  async run(lab) {
    const upstream = await lab.peer(honest());
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
    for (let i = 0; i < 200; i++) await lab.ask(gateway, `warm ${i}`);
    const rssBefore = gateway.rssBytes();

    const answers: string[] = [];
    for (const script of [endless, fiftyMebibytes, bomb, compressed]) {
      upstream.behave(script);
      const { status, code } = await lab.ask(gateway, script.name);
      answers.push(`${status} ${code}`);
      upstream.behave(honest());
      await lab.ask(gateway, `after ${script.name}`);
    }

    const mostRead = Math.max(...upstream.attempts.map(({ socket }) => bytesTaken(socket)));
    return [
      exactly('answers', [...new Set(answers)].join(), '503 UPSTREAM_UNREADABLE'),
      atMost('most read of one, MiB', mostRead / MEBIBYTE, SOCKET_BUFFERS / MEBIBYTE),
      atMost('memory, MiB', (gateway.rssBytes() - rssBefore) / MEBIBYTE, 32),
    ];
  },
};

const JUNK = randomBytes(MEBIBYTE / 16);

const endless: Script = ({ socket }) => {
  socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
  const pour = () => {
    while (socket.writable) {
      socket.write(`${JUNK.length.toString(16)}\r\n`);
      socket.write(JUNK);
      if (!socket.write('\r\n')) return;
    }
  };
  socket.on('drain', pour);
  pour();
};

const fiftyMebibytes: Script = ({ socket }) => {
  const length = 50 * MEBIBYTE;
  socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`);
  let left = length / JUNK.length;
  const pour = () => {
    while (socket.writable && left-- > 0) if (!socket.write(JUNK)) return;
  };
  socket.on('drain', pour);
  pour();
};

const encoding = ['Content-Encoding: gzip'];

// 50 MiB of spaces and a right answer, in 50 KiB.
const bomb: Script = ({ socket, input = '' }) => {
  const answer = JSON.stringify({ INPUT: input, OUTPUT: input.toUpperCase() });
  socket.write(answerBytes(200, gzipSync(' '.repeat(50 * MEBIBYTE) + answer), encoding));
};

const compressed: Script = ({ socket, input = '' }) => {
  const answer = JSON.stringify({ INPUT: input, OUTPUT: input.toUpperCase() });
  socket.write(answerBytes(200, gzipSync(answer), encoding));
};

function bytesTaken(socket: Attempt['socket']): number {
  return socket.bytesWritten - socket.writableLength;
}
