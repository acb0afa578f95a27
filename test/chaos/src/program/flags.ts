import { UsageError } from '@montana/foundation'

/** Throws UsageError. */
export function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= min && value <= max) return value
  throw usage(flag, `'${text}' is not a whole number`, `give a number from ${min} to ${max}`)
}

export function usage(field: string, problem: string, remedy: string): UsageError {
  return new UsageError(`--${field} ${problem}`, { field, remedy })
}
