export type Colour = 'green' | 'yellow' | 'red'

/** One thing that a node needs, as this host has it: spec operations 9.5. */
export interface Check {
  readonly id: string
  readonly colour: Colour
  /** What was found. */
  readonly value: string
  /** What to do about it; only green has none. */
  readonly remedy?: string
}

export function green(id: string, value: string): Check {
  return { id, colour: 'green', value }
}

export function yellow(id: string, value: string, remedy: string): Check {
  return { id, colour: 'yellow', value, remedy }
}

export function red(id: string, value: string, remedy: string): Check {
  return { id, colour: 'red', value, remedy }
}

export const isRed = ({ colour }: Check): boolean => colour === 'red'
