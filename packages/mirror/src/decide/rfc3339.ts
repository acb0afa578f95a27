const SHAPE = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Milliseconds since 1970 of a time with offset, such as other programs write it; null when it is none. RFC 3339. */
export function parseTime(text: string): number | null {
  const match = SHAPE.exec(text)
  if (!match) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const [, , , , , , , fraction = '0', sign = '+', offsetHour = '0', offsetMinute = '0'] = match
  const isInRange = hour <= 23 && minute <= 59 && second <= 60 && Number(offsetHour) <= 23 && Number(offsetMinute) <= 59
  if (!isInRange || !isDay(year, month, day)) return null
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * MINUTE_MS * (sign === '-' ? -1 : 1)
  const ofDayMs = (hour * 60 + minute) * MINUTE_MS + second * 1_000 + Math.floor(Number(`0.${fraction}`) * 1_000)
  return daysSince1970(year, month, day) * DAY_MS + ofDayMs - offsetMs
}

function isDay(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const next = month === 12 ? daysSince1970(year + 1, 1, 1) : daysSince1970(year, month + 1, 1)
  return day <= next - daysSince1970(year, month, 1)
}

/** Counted in years that begin in March, so that the leap day is the last one. */
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400)
  const ofYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return 365 * y + leaps + ofYear - 719_468
}
