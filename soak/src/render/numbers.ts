const MIB = 2 ** 20
/** U+2212, as wide as a digit; the hyphen is not a sign. */
const MINUS = '\u2212'

/** Rounded to `digits` after the point; the sign of a value that rounds to zero is dropped. */
export function fixed(value: number, digits: number): string {
  const text = Math.abs(value).toFixed(digits)
  return value < 0 && Number(text) !== 0 ? `${MINUS}${text}` : text
}

/** As many digits as needed, at most three after the point. */
export function brief(value: number): string {
  const rounded = Math.round(Math.abs(value) * 1000) / 1000
  return value < 0 && rounded !== 0 ? `${MINUS}${rounded}` : String(rounded)
}

/** Bytes as MiB. */
export function mib(bytes: number, digits = 0): string {
  return fixed(bytes / MIB, digits)
}

/** A share from 0 to 1. Cut, not rounded: 0.99999 is not 100 %. */
export function percent(share: number): string {
  const tenths = Math.floor(share * 1000 + 1e-9)
  return `${fixed(tenths / 10, tenths % 1000 === 0 ? 0 : 1)} %`
}

const UNITS = [
  { seconds: 86_400, name: 'd' },
  { seconds: 3600, name: 'h' },
  { seconds: 60, name: 'min' },
  { seconds: 1, name: 's' },
] as const

/** The two largest units of a time in seconds: `1 d 4 h`, `24 h`, `3 min 20 s`. One day is given in hours. */
export function duration(seconds: number): string {
  let rest = Math.round(Math.abs(seconds))
  const units = rest < 2 * 86_400 ? UNITS.slice(1) : UNITS
  const parts = units.map((unit) => {
    const amount = Math.floor(rest / unit.seconds)
    rest -= amount * unit.seconds
    return { amount, text: `${amount} ${unit.name}` }
  })
  const first = parts.findIndex((part) => part.amount > 0)
  if (first < 0) return '0 s'
  const shown = parts.slice(first, first + 2).filter((part) => part.amount > 0)
  return `${seconds < 0 ? MINUS : ''}${shown.map((part) => part.text).join(' ')}`
}

/** `2026-05-21 19:40:02Z` of an RFC 3339 time in UTC; milliseconds are dropped. */
export function instant(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)}Z`
}

/** `2026-05-21 19:40:02–19:45:10Z`; the date is repeated only where it differs. */
export function interval(from: string, to: string): string {
  if (from === to) return instant(from)
  const end = from.slice(0, 10) === to.slice(0, 10) ? `${to.slice(11, 19)}Z` : ` ${instant(to)}`
  const start = instant(from).slice(0, -1)
  return end.startsWith(' ') ? `${start} \u2013${end}` : `${start}\u2013${end}`
}
