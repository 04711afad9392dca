/** A log whose lines are kept. */
export function logLines() {
  const lines: Record<string, unknown>[] = [];
  return {
    /** The lines so far. */
    lines,
    write: (line: string) => void lines.push(JSON.parse(line)),
    /** As if its reader had been too slow for three lines. */
    dropped: () => 3,
    flushed: async () => {},
  };
}
