/** A log that keeps its lines for the test. */
export function logLines() {
  const lines: Record<string, unknown>[] = [];
  return {
    /** The lines so far. */
    lines,
    write: (line: string) => void lines.push(JSON.parse(line)),
    /** Says that three lines were dropped, as if the reader of the log had been too slow. */
    dropped: () => 3,
    flushed: async () => {},
  };
}
