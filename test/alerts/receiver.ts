import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { httpServer, tcpServer } from '../support/http-server.ts';

export type Receiver = Awaited<ReturnType<typeof receiver>>;

interface Notification {
  readonly alerts: readonly { status: string; labels: { alertname: string } }[];
}

/** Receives everything that Alertmanager sends: mails at `smtp`, the rest at `/alerts`, `/slack` and `/watchdog` of `url`. */
export async function receiver(t: TestContext) {
  /** The notifications that the webhook got so far, in order, such as `TuohsDown firing`. */
  const received: string[] = [];
  const slack: string[] = [];
  /** The `Authorization` of each webhook call. */
  const tokens: (string | undefined)[] = [];
  const waiting = new Map<string, () => void>();
  const { url } = await httpServer(t, async (request, response) => {
    const body = await text(request);
    if (request.url === '/slack') slack.push(body);
    if (request.url === '/watchdog') arrived('watchdog');
    if (request.url === '/alerts') {
      tokens.push(request.headers.authorization);
      for (const { labels, status } of (JSON.parse(body) as Notification).alerts) {
        received.push(`${labels.alertname} ${status}`);
        arrived(`${labels.alertname} ${status}`);
      }
    }
    // Alertmanager expects this answer from Slack.
    response.end('ok');
  });
  const { smtp, mails } = await mailServer(t);
  return { url, smtp, received, slack, mails, tokens, toReceive, signOfLife: () => comingOf('watchdog') };

  function arrived(what: string): void {
    waiting.get(what)?.();
    waiting.delete(what);
  }

  function comingOf(what: string): Promise<void> {
    return new Promise((resolve) => waiting.set(what, resolve));
  }

  /** Resolves when the webhook has received this notification. */
  async function toReceive(what: string): Promise<void> {
    if (!received.includes(what)) await comingOf(what);
  }
}

/** The part of SMTP that is needed to receive a mail. */
async function mailServer(t: TestContext): Promise<{ smtp: string; mails: string[] }> {
  const mails: string[] = [];
  const { port } = await tcpServer(t, (socket) => {
    let mail: string | undefined;
    socket.setEncoding('utf8').write('220 here\r\n');
    socket.on('data', (data: string) => {
      if (mail !== undefined) {
        mail += data;
        if (!mail.endsWith('\r\n.\r\n')) return;
        mails.push(mail);
        mail = undefined;
      } else if (data.startsWith('DATA')) {
        mail = '';
        return socket.write('354 go on\r\n');
      }
      return data.startsWith('QUIT') ? socket.end('221 bye\r\n') : socket.write('250 yes\r\n');
    });
  });
  return { smtp: `127.0.0.1:${port}`, mails };
}
