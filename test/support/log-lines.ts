/** A log whose lines are kept. */
export function logLines() {
  const lines: Record<string, unknown>[] = [];
  return {
    /** The lines so far. */
    lines,
    write: (line: string) => void lines.push(JSON.parse(line)),
    dropped: () => 0,
    flushed: async () => {},
  };
}
