/** A table: every column as wide as its widest cell. */
export function columns(rows: readonly string[][]): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** Seconds with two digits; a dash for nothing. */
export function seconds(ms: number | null): string {
  return ms === null ? '-' : (ms / 1_000).toFixed(2)
}
