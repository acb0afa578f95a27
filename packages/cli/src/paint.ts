/** Colours of one command; each returns its text unchanged where no colour is wanted. */
export interface Paint {
  bold(text: string): string
  dim(text: string): string
  green(text: string): string
  yellow(text: string): string
  red(text: string): string
}

/** SGR codes: on and off. */
const CODES = { bold: [1, 22], dim: [2, 22], green: [32, 39], yellow: [33, 39], red: [31, 39] } as const

export function createPaint(isColoured: boolean): Paint {
  const paint = ([on, off]: readonly [number, number]) => {
    return (text: string) => (isColoured ? `\u001b[${on}m${text}\u001b[${off}m` : text)
  }
  return {
    bold: paint(CODES.bold),
    dim: paint(CODES.dim),
    green: paint(CODES.green),
    yellow: paint(CODES.yellow),
    red: paint(CODES.red),
  }
}
