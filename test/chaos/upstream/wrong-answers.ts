import { simpleUpperCase } from '../../../src/core/upper-case.ts';
import { type WrongBodyKind, wrongBodies } from '../../../src/shoutcloud/wrong-bodies.ts';
import type { Attempt, Script } from '../tools/raw-peer.ts';
import { answerBytes, honest, send } from '../tools/replies.ts';
import { allHold, exactly, type Row } from '../tools/row.ts';

/** A body for an INPUT and the right OUTPUT; all of these answers are wrong. */
type Body = (input: string, output: string) => string | Buffer;

const json = (value: unknown) => JSON.stringify(value);

/** Those of the compatible server that cannot be read, and some of our own. */
const UNREADABLE: Readonly<Record<string, Body>> = {
  ...bodiesOf(['html', 'empty', 'cut-json', 'bom', 'array', 'number', 'string', 'null', 'deep']),
  'white space': () => ' \r\n',
  'two values': (input, output) => `${json({ INPUT: input, OUTPUT: output })}{}`,
  'UTF-16': (input, output) => Buffer.from(json({ INPUT: input, OUTPUT: output }), 'utf16le'),
  'single quotes': (input, output) => `{'INPUT':'${input}','OUTPUT':'${output}'}`,
};

const WRONG: Readonly<Record<string, Body>> = {
  ...bodiesOf(['wrong', 'longer', 'shorter', 'lower', 'replacement', 'wrong-input', 'crossed', 'no-output']),
  ...bodiesOf(['null-output', 'number-output', 'double-output', 'invalid-utf8']),
  'OUTPUT an array': (input, output) => json({ INPUT: input, OUTPUT: [output] }),
  'OUTPUT empty': (input) => json({ INPUT: input, OUTPUT: '' }),
  'one letter lower-case': (input, output) =>
    json({ INPUT: input, OUTPUT: input.slice(0, 1) + output.slice(1) }),
  'OUTPUT in __proto__': (input, output) => `{"INPUT":${json(input)},"__proto__":{"OUTPUT":${json(output)}}}`,
};

export const wrongAnswers: Row = {
  name: 'wrong answers with status 200, and a 204',
  group: 'upstream',
  isShort: true,
  unprotected: { without: 'verification', fails: 'never a 200, the right error' },
  async run(lab) {
    const badErrors: string[] = [];
    const kept: string[] = [];

    // Each answer is retried twice: three gateways share the waiting.
    const lanes = [0, 1, 2].map(async (lane) => {
      const upstream = await lab.peer(honest());
      const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
      for (const { name, code, script } of cases().filter((_case, index) => index % 3 === lane)) {
        const text = `abc ${name} xyz`.toLowerCase();
        upstream.behave(script);
        const answer = await lab.ask(gateway, text);
        if (answer.status !== 503 || answer.code !== code)
          badErrors.push(`${name}: ${answer.status} ${answer.code}`);
        upstream.behave(honest());
        const asked = upstream.attempts.length;
        const again = await lab.ask(gateway, text);
        if (!again.isRight || upstream.attempts.length !== asked + 1) kept.push(name);
      }
    });
    await Promise.all(lanes);

    return [
      allHold('never a 200, the right error', badErrors, cases().length),
      allHold('not stored, right when asked again', kept, cases().length),
    ];
  },
};

export const oddButSound: Row = {
  name: 'sound answers in an unusual form',
  group: 'upstream',
  isShort: true,
  async run(lab) {
    const upstream = await lab.peer(honest());
    const gateway = await lab.gateway({ SHOUTCLOUD_URL: upstream.url });
    const notRight: string[] = [];

    for (const [name, script] of Object.entries(SOUND)) {
      upstream.behave(script);
      const answer = await lab.ask(gateway, `sound: ${name}`);
      if (!answer.isRight) notRight.push(`${name}: ${answer.status} ${answer.code}`);
    }

    return [
      allHold('right answers', notRight, Object.keys(SOUND).length),
      exactly('attempts', upstream.attempts.length, Object.keys(SOUND).length),
    ];
  },
};

function bodiesOf(kinds: readonly WrongBodyKind[]): Record<string, Body> {
  const body = (kind: WrongBodyKind): Body => {
    return (input, output) => wrongBodies[kind].write({ input, output, previous: 'other' });
  };
  return Object.fromEntries(kinds.map((kind) => [kind, body(kind)]));
}

function cases() {
  const of = (code: string, bodies: Readonly<Record<string, Body>>) =>
    Object.entries(bodies).map(([name, body]) => ({ name, code, script: withBody(body) }));
  const noContent: Script = (attempt) => send(attempt, 204, '');
  return [
    ...of('UPSTREAM_UNREADABLE', UNREADABLE),
    { name: 'a 204', code: 'UPSTREAM_UNREADABLE', script: noContent },
    ...of('UPSTREAM_WRONG', WRONG),
  ];
}

function withBody(body: Body): Script {
  return (attempt) => send(attempt, 200, body(attempt.input ?? '', simpleUpperCase(attempt.input ?? '')));
}

const pieces = ({ input = '' }: Attempt) => ({ INPUT: input, OUTPUT: input.toUpperCase() });

const SOUND: Readonly<Record<string, Script>> = {
  'keys in another order': (attempt) => {
    const { INPUT, OUTPUT } = pieces(attempt);
    send(attempt, 200, json({ OUTPUT, INPUT }));
  },
  'extra keys': (attempt) => send(attempt, 200, json({ ...pieces(attempt), ADVICE: ['LOUDER'], TOOK: 1 })),
  'no INPUT': (attempt) => send(attempt, 200, json({ OUTPUT: pieces(attempt).OUTPUT })),
  'white space around': (attempt) => send(attempt, 200, `\n  ${json(pieces(attempt))}\n\n`),
  'chunked, a byte each': ({ socket, ...attempt }) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Type: APPLICATION/JSON\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (const byte of json(pieces({ socket, ...attempt }))) socket.write(`1\r\n${byte}\r\n`);
    socket.write('0\r\n\r\n');
  },
  'HTTP/1.0, until the end of the connection': (attempt) =>
    attempt.socket.end(`HTTP/1.0 200 OK\r\n\r\n${json(pieces(attempt))}`),
  'early hints before': (attempt) => {
    attempt.socket.write('HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n');
    send(attempt, 200, json(pieces(attempt)));
  },
  'two writes inside the head': (attempt) => {
    const bytes = answerBytes(200, json(pieces(attempt)));
    attempt.socket.write(bytes.subarray(0, 20));
    setTimeout(() => attempt.socket.write(bytes.subarray(20)), 20);
  },
};
