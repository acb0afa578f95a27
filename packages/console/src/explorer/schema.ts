import { z } from 'zod'

const { strictObject } = z
const text = z.string()
const count = z.int().nonnegative()
const measured = z.number().nullable()
const hex32 = z.string().regex(/^[0-9a-f]{64}$/)
/** nɈ as text: 2^53 is less than what is emitted in a few years. */
const amount = z.string().regex(/^\d+$/)

export const EXPLORER_SCHEMA = 'montana.explorer/1'

/** A node of the configuration; whoever does not answer has nulls. */
export const explorerNodeSchema = strictObject({
  label: text,
  /** `unreachable`: it does not answer here, and other nodes hear it; `stale`: nobody hears it. */
  status: z.enum(['active', 'stale', 'unreachable']),
  error: text.optional(),
  current_window: count.nullable(),
  phase: text.nullable(),
  D: count.nullable(),
  lag: count.nullable(),
  account_id: hex32.nullable(),
  node_id: hex32.nullable(),
  balance_nj: amount.nullable(),
  account_table: count.nullable(),
  node_table: count.nullable(),
  header_hash: hex32.nullable(),
  state_root: hex32.nullable(),
  build: text.nullable(),
  /** Of the process. */
  uptime_seconds: measured,
})

/** A peer outside the manifest, by the identity that its handshake has proven. */
export const discoveredPeerSchema = strictObject({
  peer_id: text,
  label: z.null(),
  /** Labels of the nodes that are connected to it now. */
  witnessed_by: z.array(text),
  last_heartbeat_seconds_ago: measured,
  first_seen_unix: count,
  /** Longest connection time that a node has; null while there is none. */
  connected_seconds: measured,
  status: z.enum(['active', 'stale']),
})

const member = { label: text.nullable(), node_id: hex32 }

/** What one node, that of the head, says of the ledger; each group null where it does not answer that. */
export const ledgerSchema = strictObject({
  genesis: strictObject({ network_name: text, genesis_hash: hex32 }).nullable(),
  /** Who decides the window that is open; the heaviest first. */
  consensus: strictObject({
    ...{ window: count, active_nodes: count, total_chain_length: count, quorum: count },
    distribution: z.array(strictObject({ ...member, weight: count, share_permille: count })),
  }).nullable(),
  /** The latest first; `drawn` is false where nobody was in the draw. */
  winners: z.array(strictObject({ ...member, window: count, drawn: z.boolean() })).nullable(),
})

/** `data.json` of spec operations 13.1. Labels and identities only, no address. */
export const explorerSchema = strictObject({
  schema: z.literal(EXPLORER_SCHEMA),
  updated: z.iso.datetime({ precision: 3 }),
  updated_unix: count,
  nodes: z.array(explorerNodeSchema),
  discovered_peers: z.array(discoveredPeerSchema),
  network_summary: strictObject({
    active_nodes: count,
    total_nodes: count,
    discovered_peer_count: count,
    max_window: count.nullable(),
    /** By one node's state, that of the head; never summed over nodes. */
    total_supply_nj: amount.nullable(),
    /** At the lowest window among those that answer; null where fewer than two can be compared. */
    agree: z.boolean().nullable(),
    /** Of the watchdog's latest report; null where there is none. */
    findings_critical: count.nullable(),
  }),
  ledger: ledgerSchema,
})

export type ExplorerData = z.infer<typeof explorerSchema>
export type ExplorerNode = z.infer<typeof explorerNodeSchema>
export type LedgerFacts = z.infer<typeof ledgerSchema>
export type DiscoveredPeer = z.infer<typeof discoveredPeerSchema>

/** JSON Schema (2020-12) of `data.json`. */
export function explorerJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(explorerSchema)
}
