import { type Event, emitTo } from '../../../src/core/events.ts';
import { logEvents } from '../../../src/telemetry/log-events.ts';
import { jsonLog } from '../../../src/telemetry/log-output.ts';
import { fakeClock } from '../../support/fake-clock.ts';
import { logLines } from '../../support/log-lines.ts';

/** A log of events, on a clock of the test. */
export function eventLog(level: 'debug' | 'info', about: Record<string, unknown> = {}) {
  const logTo = logLines();
  const clock = fakeClock();
  return {
    clock,
    emit: emitTo(logEvents(jsonLog({ level, logTo }), { clock, about })),
    /** The lines so far, without their time. */
    lines: (): Record<string, unknown>[] => logTo.lines.map(({ time: _, ...line }) => line),
  };
}

/** The lines that these events become. */
export function logged(level: 'debug' | 'info', ...events: readonly Event[]): Record<string, unknown>[] {
  const { emit, lines } = eventLog(level, { version: '1.2.3' });
  for (const event of events) emit(event);
  return lines();
}
