import { existsSync, readFileSync } from 'node:fs';

/** Whether this system tells of its processes: Linux does. */
export const hasProc = existsSync('/proc/self/status');

// What the kernel counts in, for every architecture that Node runs on.
const TICK_MS = 10;

/** Resident memory of a process in MiB, now (`VmRSS`) or at its highest (`VmHWM`). */
export function residentMiB(pid: number, field: 'VmRSS' | 'VmHWM' = 'VmRSS'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
  if (kib === undefined) throw new Error(`process ${pid} has no ${field}`);
  return Number(kib) / 1024;
}

/** The time that all threads of a process computed so far, in milliseconds; NaN where the system does not tell. */
export function processorMs(pid: number): number {
  if (!hasProc) return Number.NaN;
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Behind the name, which may hold spaces: fields 14 and 15 of proc(5).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
