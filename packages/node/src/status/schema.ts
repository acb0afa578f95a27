import { z } from 'zod'

const count = z.number().int().nonnegative()
const hex32 = z.string().regex(/^[0-9a-f]{64}$/)
const time = z.iso.datetime({ precision: 3 })
/** Not measured is null, never zero: spec operations 1. */
const measured = z.number().nullable()

export const peerStatusSchema = z.object({
  id8: z.string(),
  label: z.string(),
  conns: count,
  up_s: z.number(),
  ping_sent: count,
  ping_ok: count,
  ping_timeout: count,
  ping_failed: count,
  rtt_p50_ms: measured,
  rtt_p99_ms: measured,
  closed: count,
  dial_err: count,
  handshakes: z.object({ hybrid: count, pq: count, none: count }),
  /** Profiles of the open connections. */
  suites: z.object({ hybrid: count, pq: count }),
  healthy: z.boolean(),
  misses: count,
  /** Before the next dial, while there is no connection. */
  redial_ms: measured,
  /** Why there is no connection: the code of the latest dial, or of the close. */
  dial_code: z.string().nullable(),
  bytes_sent: count,
  bytes_received: count,
  queue_messages: count,
  queue_bytes: count,
  score: z.number().nonnegative(),
  /** What it said of itself last; null without a connection. Equal roots at one window are what "synced" means. */
  head: z.object({ window: count, state_root: hex32 }).nullable(),
})

export const windowStatusSchema = z.object({ window: count, header_hash: hex32, state_root: hex32, at: time })

/** A signed document in force: its state is valid, expiring, expired, rollback, equivocation, or unsigned. */
export const documentStatusSchema = z.object({
  version: z.number().nullable(),
  sha256: hex32,
  not_after: z.string().nullable(),
  state: z.string(),
})

/** A snapshot goes through the first three phases, then on by range. */
export const catchUpStatusSchema = z.object({
  mode: z.enum(['range', 'snapshot']),
  phase: z.enum(['manifest', 'tables', 'install', 'range']),
  /** Head when it began. */
  from: count,
  head: count,
  target: count,
  windows_per_second: measured,
  eta_seconds: measured,
  /** Labels of those that are asked. */
  peers: z.array(z.string()),
  /** By this process; `bytes_twice` of them had come before, or could not be used. */
  bytes_fetched: count,
  bytes_twice: count,
  /** Null where windows are fetched. */
  chunks: z.object({ proven: count, total: count }).nullable(),
})

/** `montana.status/1`, what a node tells about itself: spec operations 2. */
export const statusSchema = z.object({
  schema: z.literal('montana.status/1'),
  label: z.string(),
  network: z.string(),
  genesis_hash: hex32,
  sampled_at: time,
  mono_ms: z.number(),
  build: z.object({ version: z.string(), revision: z.string().nullable(), bundle_sha256: z.string().nullable() }),
  manifest: documentStatusSchema.nullable(),
  roster: documentStatusSchema.nullable(),
  proc: z.object({
    instance: z.uuid(),
    pid: count,
    start_ts: time,
    uptime_s: z.number(),
    restarts: measured,
    result: z.string().nullable(),
  }),
  phase: z.enum(['Bootstrap', 'CandidateVdf', 'Registered', 'Active']),
  window: count,
  header_hash: hex32,
  state_root: hex32,
  cemented_at: time.nullable(),
  recent: z.array(windowStatusSchema),
  at_window: windowStatusSchema.nullable().optional(),
  synced: z.boolean(),
  target_window: count,
  D: count,
  clock: z.object({
    backend: z.string(),
    steps_per_second: measured,
    window_s: measured,
    /** How the value of the head was known: ground here, proven first, audited afterwards, or trusted. */
    source: z.enum(['own', 'proof', 'audit', 'quorum']).nullable(),
    values: z.object({ own: count, proof: count, audit: count, quorum: count }),
    proofs: z.object({
      verified: count,
      audited: count,
      skipped: count,
      unavailable: count,
      invalid: count,
      segments: count,
    }),
    /** Window time here ÷ period of the network; above 1 this host is too slow for it. */
    load: measured,
    note: z.string(),
  }),
  crypto: z.object({ backend: z.string() }),
  candidate: z.object({ w_start: count, windows_done: count, windows_required: count }).nullable(),
  vote: z.object({
    rule: z.string(),
    round: count,
    sign_from: count.nullable(),
    /** Label of whoever may propose in this round of the open window. */
    proposer: z.string().nullable(),
    /** Labels of active members whose confirmation of the open window is not here. */
    waits_for: z.array(z.string()),
  }),
  incidents: z.array(z.object({ code: z.string(), peer: z.string(), count, last_window: count })),
  node_id: hex32,
  account_id: hex32,
  peer_id: z.string().nullable(),
  node_table: count,
  account_table: count,
  /** nɈ of the own account, a decimal string; null before it has one. */
  balance: z.string().regex(/^\d+$/).nullable(),
  active_nodes: count,
  /** nɈ emitted so far, a decimal string. */
  supply: z.string().regex(/^\d+$/),
  epoch: z.object({ index: count, position: count, length: count, next_selection: count }),
  peers: z.array(peerStatusSchema),
  /** Connected peers outside the manifest, by the identity that their handshake has proven. */
  strangers: z.array(z.object({ peer_id: z.string(), up_s: z.number(), heard_s: measured })),
  proposals: z.object({ sent: count, replayed: count, rejected: count, gap: count }),
  jobs: z.array(z.object({ job: z.string(), last_success: time.nullable(), last_attempt: time, code: z.string() })),
  res: z.object({
    load1: measured,
    cores: count,
    mem_total: measured,
    mem_used: measured,
    swap_used: measured,
    rss: measured,
    pss: measured,
    vmswap: measured,
    cg_current: measured,
    cg_swap: measured,
    cpu_s: measured,
    eld_p99_ms: measured,
    fds: measured,
    disk_free: measured,
    disk_total: measured,
    inodes_free: measured,
    inodes_total: measured,
    psi: z.object({ cpu_some: measured, mem_some: measured, mem_full: measured, io_some: measured, io_full: measured }),
    steal_pct: measured,
  }),
  time: z.object({ synced: z.boolean().nullable(), source: z.string().nullable(), offset_ms: measured }),
  degraded: z.array(z.string()),
  findings: z.array(
    z.object({
      code: z.string(),
      window: count,
      detail: z.string(),
      at: time,
      /** Label of the peer that it is about, or the last characters of its PeerId. */
      peer: z.string().optional(),
    }),
  ),
  /** States that peers can fetch: of these windows; `frozen_rows` are kept for them alone. */
  snapshots: z.object({ interval: count, anchors: z.array(count), bytes_served: count, frozen_rows: count }),
  /** Null while this node follows. */
  catch_up: catchUpStatusSchema.nullable(),
  /** What catching up came to in this process. */
  caught_up: z.object({
    mode: z.enum(['range', 'snapshot']).nullable(),
    windows: count,
    seconds: z.number().nonnegative(),
    bytes_fetched: count,
    bytes_twice: count,
  }),
})

export type NodeStatus = z.infer<typeof statusSchema>
export type CatchUpStatus = z.infer<typeof catchUpStatusSchema>
export type PeerStatus = z.infer<typeof peerStatusSchema>
export type WindowStatus = z.infer<typeof windowStatusSchema>
