import { z } from 'zod'

/** Longest text taken over from a node; its own texts are far shorter. */
const TEXT_MAX = 256
/** A mesh has tens of peers; more than this is not a status document. */
export const LIST_MAX = 1024

export const count = z.int().nonnegative()
export const text = z.string().max(TEXT_MAX)
export const hex32 = z.string().regex(/^[0-9a-f]{64}$/)
export const time = z.iso.datetime({ precision: 3 })
/** Not measured is null, never zero: spec operations 1. */
export const measured = z.number().nullable()

/** Fields that a status document and a soak record have in common, in the order of the record: spec operations 2. */
export const buildShape = { version: text, revision: text.nullable(), bundle_sha256: hex32.nullable() }
export const documentShape = { version: measured, sha256: hex32, not_after: text.nullable(), state: text }
export const procShape = {
  instance: z.uuid(),
  pid: count,
  start_ts: time,
  uptime_s: z.number(),
  restarts: measured,
  result: text.nullable(),
}
export const clockShape = { backend: text, steps_per_second: measured, window_s: measured }
export const handshakesShape = { hybrid: count, pq: count, none: count }
export const peerShape = {
  id8: text,
  label: text,
  conns: count,
  up_s: z.number().nonnegative(),
  ping_sent: count,
  ping_ok: count,
  ping_timeout: count,
  ping_failed: count,
  rtt_p50_ms: measured,
  rtt_p99_ms: measured,
  closed: count,
  dial_err: count,
}
export const proposalsShape = { sent: count, replayed: count, rejected: count, gap: count }
export const jobShape = { job: text, last_success: time.nullable(), last_attempt: time.nullable(), code: text }
export const psiShape = {
  cpu_some: measured,
  mem_some: measured,
  mem_full: measured,
  io_some: measured,
  io_full: measured,
}
export const resShape = {
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
}
export const timeShape = { synced: z.boolean().nullable(), source: text.nullable(), offset_ms: measured }
