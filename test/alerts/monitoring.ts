import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { parse, stringify } from 'yaml';
import { faster } from '../../scripts/monitoring/faster.ts';
import { folder } from '../support/folder.ts';
import { closedUrl } from '../support/http-server.ts';
import { startPrometheus } from '../support/monitoring-tools.ts';
import { read } from '../support/pages.ts';
import { type Program, startProgram } from '../support/process.ts';
import { reached } from '../support/until.ts';
import { type Receiver, receiver } from './receiver.ts';

export type Monitoring = Awaited<ReturnType<typeof monitoring>>;

/** An alert as Alertmanager's API returns it. */
interface KnownAlert {
  readonly labels: { readonly alertname: string };
  readonly status: { readonly inhibitedBy: readonly string[] };
}

const PATIENCE_MS = 500_000;

/**
 * Starts Prometheus and Alertmanager with the project's own files and all times divided by `factor`. Resolves when the first alert
 * has arrived.
 */
export async function monitoring(t: TestContext, adminUrl: string, factor: number) {
  const path = await folder(t);
  const got = await receiver(t);
  const alertmanagerUrl = await closedUrl();
  const own = (file: string) => faster(read(file), factor);
  const files = {
    'alerts.yaml': own('deploy/chart/files/alerts.yaml'),
    'prometheus.yaml': pointedTo(own('deploy/monitoring/prometheus.yaml'), { alertmanagerUrl, adminUrl }),
  };
  const resendDelay = `--rules.alert.resend-delay=${Math.round(60_000 / factor)}ms`;

  const prometheus = await startPrometheus(t, files, [resendDelay]);
  await unlessItEnds(prometheus, calm());
  const write = (file: string, text: string) => writeFile(join(path, file), text);
  await write('alertmanager.yaml', sentTo(own('deploy/monitoring/alertmanager.yaml'), got, path));
  for (const secret of ['smtp-password', 'webhook-token', 'watchdog-token'])
    await write(secret, `the ${secret}`);
  await write('slack-url', `${got.url}/slack`);
  const alive = got.signOfLife();
  const alertmanager = startProgram(t, {
    command: 'prometheus-alertmanager',
    args: [
      `--config.file=${join(path, 'alertmanager.yaml')}`,
      `--storage.path=${join(path, 'alertmanager')}`,
      `--web.listen-address=${hostOf(alertmanagerUrl)}`,
      '--cluster.listen-address=',
    ],
  });
  await unlessItEnds(alertmanager, alive);

  return {
    receiver: got,
    /** Resolves when Alertmanager inhibits this alert because of another one. */
    async toBeInhibited(alertname: string) {
      await reached(`${alertname} is inhibited`, PATIENCE_MS, async () => {
        const { json = [] } = await answerOf<KnownAlert[]>(`${alertmanagerUrl}/api/v2/alerts`);
        return json.some(
          ({ labels, status }) => labels.alertname === alertname && status.inhibitedBy.length > 0,
        );
      });
    },
  };

  /** Resolves when Prometheus has scraped the service and no alert fires. It takes some seconds to find its targets. */
  async function calm(): Promise<void> {
    await reached('all is well', PATIENCE_MS, async () => {
      const { json } = await answerOf<{ data: { alerts: KnownAlert[] } }>(`${prometheus.url}/api/v1/alerts`);
      return json?.data.alerts.map(({ labels }) => labels.alertname).join() === 'TuohsWatchdog';
    });
  }
}

/** Returns nothing while the program starts, because then it does not listen yet or answers 503. */
async function answerOf<Json>(url: string): Promise<{ json?: Json }> {
  const response = await fetch(url).catch(() => undefined);
  return response?.ok ? { json: (await response.json()) as Json } : {};
}

async function unlessItEnds({ exitCode, stderr }: Program, isReady: Promise<void>): Promise<void> {
  const end = exitCode.then(() => {
    throw new Error(`it did not start:\n${stderr.join('\n')}`);
  });
  await Promise.race([isReady, end]);
}

/** The configuration with the test's own targets. Everything else stays. */
function pointedTo(
  config: string,
  { alertmanagerUrl, adminUrl }: { alertmanagerUrl: string; adminUrl: string },
): string {
  const { dns_sd_configs: _, ...job } = parse(config).scrape_configs[0];
  return stringify({
    ...parse(config),
    alerting: { alertmanagers: [{ static_configs: [{ targets: [hostOf(alertmanagerUrl)] }] }] },
    scrape_configs: [{ ...job, static_configs: [{ targets: [hostOf(adminUrl)] }] }],
  });
}

/** The configuration with the test's own addresses and secrets. Everything else stays. */
function sentTo(config: string, { url, smtp }: Receiver, path: string): string {
  return config
    .replaceAll('http://receiver:8080', url)
    .replaceAll('/etc/alertmanager/secrets', path)
    .replace(/smtp_smarthost: .*/, `smtp_smarthost: ${smtp}\n  smtp_require_tls: false`);
}

function hostOf(url: string): string {
  return new URL(url).host;
}
