// Loaded into a service before its program: on SIGUSR2 it prints how much processor time the longest turn of the event loop
// took since the last time. Time on the clock would count what other programs on the machine do.
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
