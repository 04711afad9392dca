import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { askedDashboard } from '../../test/monitoring/asked-dashboard.ts';
import { liveService } from '../../test/monitoring/live-service.ts';
import { askJson } from '../../test/support/ask.ts';
import { readArguments } from '../arguments.ts';
import { dashboardPicture } from './dashboard-picture.ts';

// Draws docs/images/dashboard.svg: a minute and a half of a service, with an outage of SHOUTCLOUD in the middle.
readArguments('node scripts/monitoring/draw-dashboard.ts', {});
const CALM_SECONDS = 35;
const OUTAGE_SECONDS = 20;

const endings: (() => Promise<void>)[] = [];
const ending = { after: (run: () => Promise<void>) => void endings.push(run) };
try {
  const { url, adminUrl, shoutcloud } = await liveService(ending, {
    FALLBACK: 'none',
    MAX_IN_FLIGHT: '4096',
  });
  const dashboard = await askedDashboard(ending, adminUrl);
  await dashboard.read(1);

  shoutcloud.setFaults('status=503@5% wrong@2%');
  await askFor(CALM_SECONDS);
  shoutcloud.setFaults('reset');
  await askFor(OUTAGE_SECONDS);
  shoutcloud.setFaults('status=503@5% wrong@2%');
  await askFor(CALM_SECONDS);

  const panels = await dashboard.ask(2 * CALM_SECONDS + OUTAGE_SECONDS);
  await writeFile('docs/images/dashboard.svg', dashboardPicture(panels));

  async function askFor(seconds: number): Promise<void> {
    for (let i = 0; i < seconds * 10; i++) {
      for (let k = 0; k < 6; k++)
        askJson(url, {
          data: k < 3 ? `known ${i % 40} ${k}` : `fresh ${performance.now()} ${Math.floor(k / 2)}`,
        }).catch(() => {});
      await sleep(100);
    }
  }
} finally {
  for (const end of endings.reverse()) await end();
}
