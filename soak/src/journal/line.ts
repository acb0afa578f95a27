import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { FirstRecord } from '../record/slot.js'
import type { PastNode, PastRecord } from '../record/span.js'

/** What a new record needs of an earlier line; everything else in it is ignored. */
const lineSchema = z.object({
  run_id: z.string(),
  seq: z.int().nonnegative(),
  slot: z.int().nonnegative(),
  ts: z.iso.datetime(),
  mono_ms: z.number(),
  interval_ms: z.number().positive(),
  late: z.boolean(),
  prev: z.string(),
  nodes: z.array(
    z.object({
      label: z.string(),
      sampled_at: z.iso.datetime().nullable(),
      proc: z.object({ instance: z.string() }).nullable(),
      peers: z.array(z.object({ ping_ok: z.number(), dial_err: z.number(), closed: z.number() })).nullable(),
    }),
  ),
})

export type Line = z.infer<typeof lineSchema>

/** Undefined for what is not a record: such a line is skipped here and named by a verifier. */
export function parseLine(bytes: Uint8Array): Line | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data
  } catch {
    return undefined
  }
}

/** Hash of a line without its LF, lower hex: what `prev` and the head file hold. */
export function lineHash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export function toFirstRecord({ ts, slot, interval_ms }: Line): FirstRecord {
  return { tsMs: Date.parse(ts), slot, intervalMs: interval_ms }
}

/** Tells one poll from every other of the same run, whatever place it got in the chain. */
export function pollKey({ ts, mono_ms }: Pick<Line, 'ts' | 'mono_ms'>): string {
  return `${ts} ${mono_ms}`
}

export function toPastRecord({ ts, nodes }: Line): PastRecord {
  return { tsMs: Date.parse(ts), nodes: new Map(nodes.map((node) => [node.label, toPastNode(node)])) }
}

function toPastNode({ sampled_at, proc, peers }: Line['nodes'][number]): PastNode | null {
  if (sampled_at === null || proc === null || peers === null) return null
  const sum = (field: 'ping_ok' | 'dial_err' | 'closed') => peers.reduce((total, peer) => total + peer[field], 0)
  return {
    instance: proc.instance,
    sampledAtMs: Date.parse(sampled_at),
    pingOk: sum('ping_ok'),
    dialErr: sum('dial_err'),
    closed: sum('closed'),
  }
}
