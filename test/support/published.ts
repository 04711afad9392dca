import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { TestContext } from 'node:test';

/** The messages that Node publishes on a diagnostics channel during the test. */
export function published<Message>(t: TestContext, channel: string): Message[] {
  const messages: Message[] = [];
  const listen = (message: unknown) => void messages.push(message as Message);
  subscribe(channel, listen);
  t.after(() => unsubscribe(channel, listen));
  return messages;
}
