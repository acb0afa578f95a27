export type Bucket = [seconds: number, least: number, most: number]

export interface Reading {
  readonly seconds: number
  readonly value: number
}

/** Buckets that a chart carries at most: spec operations 7.1. */
export const MAX_BUCKETS = 600

/** Least and most of each bucket of equal time, at the time of its first reading; readings are in order. Pure. */
export function bucketsOf(readings: readonly Reading[], lengthS: number, limit = MAX_BUCKETS): Bucket[] {
  const width = lengthS / limit
  const buckets: Bucket[] = []
  let current = -1
  for (const { seconds, value } of readings) {
    const index = width > 0 ? Math.min(limit - 1, Math.floor(seconds / width)) : 0
    const bucket = buckets.at(-1)
    if (bucket && index === current) {
      bucket[1] = Math.min(bucket[1], value)
      bucket[2] = Math.max(bucket[2], value)
    } else buckets.push([seconds, value, value])
    current = index
  }
  return buckets
}
