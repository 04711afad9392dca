// Loaded into a service before its program. On SIGUSR2, prints the processor time of the longest step of the event loop since the
// last signal. Wall-clock time would include other programs on the machine.
let longestUs = 0;
let last = process.threadCpuUsage();

setInterval(() => {
  const now = process.threadCpuUsage();
  longestUs = Math.max(longestUs, now.user + now.system - last.user - last.system);
  last = now;
}, 1).unref();

process.on('SIGUSR2', () => {
  process.stderr.write(`${JSON.stringify({ msg: 'longest step', ms: longestUs / 1000 })}\n`);
  longestUs = 0;
});
