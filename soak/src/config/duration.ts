const UNIT_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 }

export const DURATION_FORMS = 'a number with s, m or h, for example 5s, 90s, 5m or 1h'

/** `90s`, `5m`, `1h` as milliseconds; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})([smh])$/.exec(text) ?? []
  const factor = UNIT_MS[unit ?? '']
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor
}
