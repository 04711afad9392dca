import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Whether this system has the folder `/proc` of Linux. */
export const hasProc = existsSync('/proc/self/status');

/** The resident memory of a process. It is 0 after the process has ended. */
export function rssBytes(pid: number): number {
  return memoryBytes(pid, 'VmRSS');
}

/** The highest resident memory of a process since it started. */
export function peakRssBytes(pid: number): number {
  return memoryBytes(pid, 'VmHWM');
}

function memoryBytes(pid: number, field: string): number {
  const kibibytes = new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(statusOf(pid))?.[1];
  return Number(kibibytes ?? 0) * 1024;
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}

/** The processor time of all threads of a process, in steps of 10 ms. It is NaN if the system has no `/proc`. */
export function cpuMs(pid: number): number {
  if (!hasProc) return Number.NaN;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Starts after the second field, a name in brackets that can have spaces. Fields 14 and 15 are user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** How many sockets a process has open, listening ones included. */
export function socketCount(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => linkOf(`${folder}/${fd}`).startsWith('socket:')).length;
}

// Returns '' for a descriptor that was closed after the folder was listed.
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
