import type { Shout } from '../../core/shouter.ts';
import type { ApiParts } from '../api-parts.ts';
import { free, readBody } from '../body/read-body.ts';
import { textReader } from '../body/request-text.ts';
import type { Route } from '../router.ts';
import { shoutAnswer } from '../shout-answer.ts';

/** POST a string, as JSON, as a form or as plain text. */
export const shoutPost: Route<ApiParts> = {
  handle(exchange, { reverseShout, maxBodyBytes, nextTurn }) {
    const { headers } = exchange.request;
    const textOf = textReader(headers);
    return readBody(exchange, maxBodyBytes, (body) =>
      body.length > LARGE_BYTES ? nextTurn(body.length).then(() => answer(body)) : answer(body),
    );

    function answer(body: Buffer): void | Promise<void> {
      const { length } = body;
      const shout = reverseShout(textOf(body), exchange);
      free([body]);
      if (shout instanceof Promise) return exchange.wait(shout, length).then(send);
      send(shout);
    }

    function send(shout: Shout): void {
      exchange.answer(shoutAnswer(shout, headers.accept));
    }
  },
};

/** To read, reverse and look up a text of this size takes about a millisecond at worst. */
const LARGE_BYTES = 16_384;
