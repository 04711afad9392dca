import type { ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { httpServer } from '../support/http-server.ts';

/** An upstream that answers when the test says so. */
export async function heldUpstream(test: TestContext) {
  const waiting: { text: string; response: ServerResponse }[] = [];
  const { url } = await httpServer(test, async (request, response) => {
    const { INPUT } = (await json(request)) as { INPUT: string };
    waiting.push({ text: INPUT, response });
  });
  return {
    url,
    waiting,
    answerAll() {
      for (const { text, response } of waiting.splice(0)) {
        response.end(JSON.stringify({ INPUT: text, OUTPUT: text.toUpperCase() }));
      }
    },
  };
}
