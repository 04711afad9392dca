import { monitorEventLoopDelay } from 'node:perf_hooks';

// Loaded into the service with --import. On SIGUSR2 it prints the longest delay of the event loop since the last signal.
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let count = 0;
process.on('SIGUSR2', () => {
  process.stdout.write(`${JSON.stringify({ msg: `loop delay ${++count}`, mostMs: delay.max / 1e6 })}\n`);
  delay.reset();
});
