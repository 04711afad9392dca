/** How many lines of bulk requests may be under way: a bound for all of them together, divided evenly. */
export interface BulkWindow {
  /** Counts a bulk until the returned function is called. */
  enter(): () => void;
  /** The lines of each bulk right now. */
  lines(): number;
}

/** A bulk always gets this many lines, however many there are. */
const LEAST_LINES = 8;

export function bulkWindow(maxLines: number): BulkWindow {
  let bulks = 0;
  return {
    enter() {
      bulks++;
      return () => {
        bulks--;
      };
    },
    lines: () => Math.max(LEAST_LINES, Math.floor(maxLines / bulks)),
  };
}
