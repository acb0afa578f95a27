/** Columns padded to their widest cell; numbers right, text left. */
export function formatTable(header: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const text = [header, ...rows.map((row) => row.map((cell) => (cell === null ? '-' : String(cell))))]
  const widths = header.map((_, column) => Math.max(...text.map((row) => row[column]?.length ?? 0)))
  const isNumeric = header.map((_, column) => rows.every((row) => typeof row[column] !== 'string'))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        isNumeric[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return text.map(line).join('\n')
}

/** The labelled lines that health scripts read: label padded to column 22 (spec protocol 18). */
export function labelled(label: string, value: string | number): string {
  return `${label.padEnd(21)}: ${value}`
}
