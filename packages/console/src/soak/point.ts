import { shapes } from '@montana/soak/formats'
import { z } from 'zod'
import { parseJson } from '../parse-json.js'

const { count, text, time } = shapes

const nodeSchema = z.object({
  label: text,
  reachable: z.boolean(),
  lag: count.nullable(),
  proc: z.object({ instance: text }).nullable(),
  res: z.object({ rss: z.number().nullable() }).nullable(),
  peers: z
    .array(z.object({ label: text, up_s: z.number(), ping_ok: count, ping_timeout: count, ping_failed: count }))
    .max(shapes.LIST_MAX)
    .nullable(),
})

/** What the page needs of a line of the soak file; everything else in it is ignored (spec operations 1, 3.3). */
const recordSchema = z.object({
  schema: z.literal('montana.soak/1'),
  run_id: text,
  seq: count,
  slot: count,
  ts: time,
  interval_ms: z.number().positive(),
  head: z.object({ window: count }).nullable(),
  nodes: z.array(nodeSchema).max(shapes.LIST_MAX),
})

/** One record, as much of it as is kept in memory. */
export interface SoakPoint {
  readonly runId: string
  readonly seq: number
  readonly slot: number
  readonly tsMs: number
  readonly intervalMs: number
  readonly head: number | null
  readonly nodes: ReadonlyMap<string, NodePoint>
}

export interface NodePoint {
  /** Null: it did not answer. */
  readonly instance: string | null
  readonly lag: number | null
  readonly rssBytes: number | null
  /** Sums over its peers since its start. */
  readonly pingOk: number
  /** Answered or not. */
  readonly pingsEnded: number
  readonly connectedS: number
}

/** Undefined for what is not a record. */
export function parsePoint(line: string): SoakPoint | undefined {
  const parsed = recordSchema.safeParse(parseJson(line))
  if (!parsed.success) return undefined
  const { run_id: runId, seq, slot, ts, interval_ms: intervalMs, head, nodes } = parsed.data
  const points = new Map(nodes.map((node) => [node.label, nodePoint(node)]))
  return { runId, seq, slot, tsMs: Date.parse(ts), intervalMs, head: head?.window ?? null, nodes: points }
}

type PeerCounter = 'up_s' | 'ping_ok' | 'ping_timeout' | 'ping_failed'

function nodePoint({ reachable, lag, proc, res, peers }: z.infer<typeof nodeSchema>): NodePoint {
  const sum = (of: PeerCounter) => (peers ?? []).reduce((total, peer) => total + peer[of], 0)
  const pingOk = sum('ping_ok')
  const pingsEnded = pingOk + sum('ping_timeout') + sum('ping_failed')
  const instance = reachable ? (proc?.instance ?? null) : null
  return { instance, lag, rssBytes: res?.rss ?? null, pingOk, pingsEnded, connectedS: sum('up_s') }
}
