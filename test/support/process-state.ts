import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Whether this system tells of its processes: Linux does. */
export const hasProc = existsSync('/proc/self/status');

/** The memory a process holds, by the kernel's count; 0 once it has ended. */
export function rssBytes(pid: number): number {
  return memoryBytes(pid, 'VmRSS');
}

/** The most memory it ever held. */
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

/** The processor time that all threads of a process have used, in steps of 10 ms; NaN if the system does not tell. */
export function cpuMs(pid: number): number {
  if (!hasProc) return Number.NaN;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field, a name in brackets, may hold blanks; user and system time are the fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** How many sockets a process has open, listening ones too. */
export function socketCount(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => linkOf(`${folder}/${fd}`).startsWith('socket:')).length;
}

// A descriptor may be closed between the listing and the look.
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
