import { z } from 'zod'
import type { Report } from './report.js'

/** Cases that ran: by file, then backend, then area or group type. */
export type Tally = Record<string, Record<string, Record<string, number>>>

const counts = z.record(z.string(), z.int().nonnegative())
/** Of `counts.json`. */
export const tallySchema: z.ZodType<Tally> = z.record(z.string(), z.record(z.string(), counts))

export interface Place {
  readonly file: string
  readonly backend: string
  readonly group: string
}

export interface Shrunk extends Place {
  readonly recorded: number
  readonly now: number
}

/** `names[i]` is what the i-th file of the report is counted under. */
export function tallyOf({ files }: Report, names: readonly string[]): Tally {
  const entries = files.map(({ backends }, index) => {
    const byBackend = backends.map(({ backend, ran }) => [backend, ran] as const)
    return [names[index] ?? '', Object.fromEntries(byBackend)] as const
  })
  return Object.fromEntries(entries)
}

/**
 * Where fewer cases run than once did. A file, a backend or a group that is gone counts as none; `isCounted` leaves
 * out what this host cannot show. More than recorded is no fault.
 */
export function shrunk(recorded: Tally, now: Tally, isCounted: (place: Place) => boolean): Shrunk[] {
  return flat(recorded)
    .filter(isCounted)
    .map((entry) => ({ ...entry, now: now[entry.file]?.[entry.backend]?.[entry.group] ?? 0 }))
    .filter(({ recorded: before, now: left }) => left < before)
}

/** The larger of both, so that what was counted once is asked for ever. */
export function grown(recorded: Tally, now: Tally): Tally {
  const result = structuredClone(recorded)
  for (const { file, backend, group, recorded: count } of flat(now)) {
    const byBackend = result[file] ?? {}
    const byGroup = byBackend[backend] ?? {}
    byBackend[backend] = { ...byGroup, [group]: Math.max(byGroup[group] ?? 0, count) }
    result[file] = byBackend
  }
  return result
}

function flat(tally: Tally): Array<Omit<Shrunk, 'now'>> {
  return Object.entries(tally).flatMap(([file, byBackend]) =>
    Object.entries(byBackend).flatMap(([backend, byGroup]) =>
      Object.entries(byGroup).map(([group, recorded]) => ({ file, backend, group, recorded })),
    ),
  )
}
