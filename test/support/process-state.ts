import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Whether this system has the files about processes that Linux has. */
export const hasProc = existsSync('/proc/self/status');

/** The memory of a process by the kernel's count; 0 after it has ended. */
export function rssBytes(pid: number): number {
  return memoryBytes(pid, 'VmRSS');
}

/** The most memory that it has ever had. */
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

/** The processor time of all threads of a process, in steps of 10 ms; NaN if it is unknown. */
export function cpuMs(pid: number): number {
  if (!hasProc) return Number.NaN;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name in brackets that can hold spaces. User and system time are the fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

/** How many sockets a process has open, listening ones included. */
export function socketCount(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => linkOf(`${folder}/${fd}`).startsWith('socket:')).length;
}

// A descriptor can be closed between the listing and this call.
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
