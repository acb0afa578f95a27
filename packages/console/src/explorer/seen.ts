import { z } from 'zod'
import type { Sample } from '../mesh/status.js'
import { parseJson } from '../parse-json.js'

/** First-seen times are kept so long: spec operations 13.1. */
const KEEP_S = 7 * 86_400
/** Strangers that make new identities must not fill a disk. */
const PEERS_MAX = 4_096

const unixS = z.number().nonnegative()
const seenSchema = z.object({
  peers: z.record(z.string().max(128), z.object({ first: unixS, last: unixS })),
})

/** When peers outside the manifest were heard, Unix seconds. */
export type Seen = z.infer<typeof seenSchema>

/** What an earlier export has left; nothing where it cannot be read, because it can be found out again. */
export function parseSeen(text: string): Seen {
  return seenSchema.safeParse(parseJson(text)).data ?? { peers: {} }
}

/** With what these samples say; those who were not heard for seven days are forgotten. Pure. */
export function withSamples({ peers }: Seen, samples: readonly Sample[], nowS: number): Seen {
  const grown = { ...peers }
  for (const { status } of samples)
    for (const { peer_id: id, heard_s, up_s } of status?.strangers ?? []) {
      const last = ago(nowS, heard_s ?? up_s)
      const before = grown[id]
      grown[id] = { first: before?.first ?? ago(nowS, up_s), last: Math.max(before?.last ?? 0, last) }
    }
  const kept = Object.entries(grown).filter(([, { last }]) => nowS - last < KEEP_S)
  return { peers: Object.fromEntries(kept.sort(([, a], [, b]) => b.last - a.last).slice(0, PEERS_MAX)) }
}

/** A node may say anything: neither after now, nor before there was a clock. */
function ago(nowS: number, ageS: number): number {
  return Math.min(nowS, Math.max(0, nowS - ageS))
}
