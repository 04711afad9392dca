import { monitorEventLoopDelay } from 'node:perf_hooks';

// Loaded into the service with --import. At each SIGUSR2 it says how late the event loop was at most since the last one.
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let count = 0;
process.on('SIGUSR2', () => {
  process.stdout.write(`${JSON.stringify({ msg: `loop delay ${++count}`, mostMs: delay.max / 1e6 })}\n`);
  delay.reset();
});
