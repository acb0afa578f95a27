/** What {@link parseSeconds} takes, in words. */
export const SECONDS_FORMS = 'seconds, or a number with ms, s, m, h or d, for example 7, 500ms, 90s or 30d'

const UNITS: Readonly<Record<string, number>> = { ms: 0.001, '': 1, s: 1, m: 60, h: 3600, d: 86_400 }

/** Seconds; undefined for anything else. */
export function parseSeconds(text: string): number | undefined {
  const [, digits, unit = ''] = /^(\d{1,9}(?:\.\d{1,6})?)(ms|s|m|h|d)?$/.exec(text) ?? []
  const factor = UNITS[unit]
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor
}
