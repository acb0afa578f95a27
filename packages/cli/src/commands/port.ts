import { UsageError } from '@montana/foundation'

const PORT_MAX = 65_535

/** Throws {@link UsageError}. */
export function readPort(flag: string, text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= PORT_MAX) return port
  const remedy = `give a number from 0 to ${PORT_MAX}`
  throw new UsageError(`--${flag} '${text}' is not a port`, { field: flag, remedy })
}
