/** What is shown where nothing was measured: never a zero (spec operations 1). */
export const MISSING = '—'

const MIB = 2 ** 20
const GROUPS = /\B(?=(\d{3})+$)/g
/** Thin space: digits in groups of three stay one number. */
const THIN_SPACE = '\u2009'

type Maybe<T> = T | null | undefined

export function number(value: Maybe<number>): string {
  return value == null ? MISSING : String(Math.round(value)).replace(GROUPS, THIN_SPACE)
}

export function fixed(value: Maybe<number>, digits: number): string {
  return value == null ? MISSING : value.toFixed(digits)
}

/** 0.9987 → 99.8 %: rounded down, so that 100 % means all of them. */
export function percent(ratio: Maybe<number>): string {
  if (ratio == null) return MISSING
  const tenths = Math.floor(ratio * 1000 + 1e-9) / 10
  return `${tenths >= 100 || Number.isInteger(tenths) ? Math.round(tenths) : tenths.toFixed(1)} %`
}

export function mebibytes(bytes: Maybe<number>): string {
  return bytes == null ? MISSING : `${Math.round(bytes / MIB)} MiB`
}

/** Round trip in ms with as many digits as it has to say. */
export function millis(ms: Maybe<number>): string {
  if (ms == null) return MISSING
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms))
}

/** 0.8 s, 42 s, 3 min, 2 h 5 min, 3 d 4 h. */
export function duration(ms: Maybe<number>): string {
  if (ms == null) return MISSING
  const seconds = ms / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 100) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** A length that is as exact as it is written: 5 s, not 5.0 s. */
export function interval(ms: Maybe<number>): string {
  return duration(ms).replace('.0 ', ' ')
}

/** Time of day in UTC. */
export function clockTime(time: Maybe<string | number>): string {
  return time == null ? MISSING : new Date(time).toISOString().slice(11, 19)
}

/** Day and time of day in UTC, to the minute. */
export function dayTime(time: Maybe<string | number>): string {
  return time == null ? MISSING : new Date(time).toISOString().slice(0, 16).replace('T', ' ')
}

export function shortHash(hash: Maybe<string>): string {
  return hash == null ? MISSING : hash.slice(0, 8)
}
