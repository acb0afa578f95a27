/** Colours repeat after as many, dashes too, but no pair of both within 64 lines: see style.ts for the colours. */
export const COLOURS = 8

const DASHES = ['', '7 3', '2 3', '10 3 2 3', '4 2', '14 4', '1 4', '7 3 2 3 2 3'] as const

/** Class and dash pattern of the line with this index. */
export function lineStyle(index: number): string {
  const dash = DASHES[(index + Math.floor(index / COLOURS)) % DASHES.length] ?? ''
  const pattern = dash === '' ? '' : ` stroke-dasharray="${dash}"`
  return `class="line c${index % COLOURS}"${pattern}`
}
