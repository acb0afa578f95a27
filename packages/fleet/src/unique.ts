import { FleetError } from './errors.js'

const SHOWN = 64

/** Throws DOC_INVALID that names the first value which occurs twice. */
export function requireUnique(list: string, field: string, values: readonly string[]): void {
  const seen = new Set<string>()
  for (const value of values) {
    if (seen.has(value)) {
      throw new FleetError('DOC_INVALID', `${list}: ${field} '${value.slice(0, SHOWN)}' occurs twice`, { field })
    }
    seen.add(value)
  }
}
