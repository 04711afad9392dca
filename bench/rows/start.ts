import { freePort } from '../../test/support/http-server.ts';
import { startArguments } from '../lab.ts';
import type { Row } from '../row.ts';
import { firstAnswerMs } from '../tools/first-answer.ts';

export const start: Row = {
  name: 'start',
  about: 'From the start of the process that `npm start` runs to its first answer to a string.',
  async run(lab) {
    const upstream = await lab.shoutcloud(0);
    const values: number[] = [];
    for (let round = 0; round < lab.rounds; round++) {
      const port = await freePort();
      const environment = {
        ...{ HOST: '127.0.0.1', PORT: `${port}`, ADMIN_PORT: '0' },
        SHOUTCLOUD_URL: `http://127.0.0.1:${upstream.port}`,
      };
      const startedMs = performance.now();
      const service = lab.run(startArguments(), environment);
      values.push((await firstAnswerMs(`http://127.0.0.1:${port}`)) - startedMs);
      await lab.end(service);
    }
    return [{ what: 'to the first answer', unit: 'ms', values, goal: { atMost: 250 } }];
  },
};
