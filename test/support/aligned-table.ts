/** Formats rows of cells as lines for a terminal. Each column is as wide as its widest cell. */
export function alignedTable(rows: readonly (readonly string[])[]): string {
  const heads = rows[0] ?? [];
  const widths = heads.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  const line = (cells: readonly string[]) => cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ');
  return rows.map((cells) => line(cells).trimEnd()).join('\n');
}
