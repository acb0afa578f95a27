import type { TimedWard } from './ward.js'

/** From the keeper: it has taken in a line; or it had to end a service. */
export const HEARD = 'heard'
export const ENDED = 'ended '

/** Longer than any list of wards of a host. */
export const LINE_MAX_CHARS = 64 * 1024

export function encodeWards(wards: readonly TimedWard[]): string {
  return `${JSON.stringify(wards)}\n`
}

/** Undefined for what is no such list: who sends it has not renewed anything. */
export function decodeWards(line: string): readonly TimedWard[] | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return Array.isArray(value) && value.every(isWard) ? value : undefined
  } catch {
    return undefined
  }
}

function isWard(value: unknown): value is TimedWard {
  if (typeof value !== 'object' || value === null) return false
  const { service, group, started, cgroup, unit, untilMs } = value as Record<string, unknown>
  const isGroup = group === null || (Number.isSafeInteger(group) && (group as number) > 1)
  return typeof service === 'string' && Number.isFinite(untilMs) && isGroup && [started, cgroup, unit].every(isText)
}

function isText(value: unknown): boolean {
  return value === null || typeof value === 'string'
}
