/** A status document as a node sends it, fields that the watchdog does not know included. */
export interface StatusInit {
  label?: string
  instance?: string
  window?: number
  /** Wall clock of the sample, ms. */
  atMs?: number
  /** How many windows `recent` reaches back, and the time between them. */
  recent?: number
  windowMs?: number
  pingOk?: number
  dialErr?: number
  closed?: number
}

export const INSTANCE = '7f1ee7d4-0a33-4a53-9a7b-3b5c7c0f9a10'
export const OTHER_INSTANCE = '0b9a9f1c-3f55-4c1e-8f53-6d7a0b6f4a20'

/** A distinct hash for each window; the last digit tells header (a) from state root (b). */
export function hashOf(window: number, kind: 'a' | 'b'): string {
  return window.toString(16).padStart(63, '0') + kind
}

export function windowEntry(window: number, atMs: number) {
  return { window, header_hash: hashOf(window, 'a'), state_root: hashOf(window, 'b'), at: new Date(atMs).toISOString() }
}

export function statusDocument(init: StatusInit = {}) {
  const { label = 'moscow', instance = INSTANCE, window = 10, recent = 8, windowMs = 2000 } = init
  const atMs = init.atMs ?? Date.now()
  const first = Math.max(1, window - recent + 1)
  const windows = Array.from({ length: window - first + 1 }, (_, index) => first + index)
  return {
    schema: 'montana.status/1',
    label,
    network: 'montana-devnet',
    genesis_hash: '0'.repeat(64),
    sampled_at: new Date(atMs).toISOString(),
    mono_ms: 123_456,
    build: { version: '0.1.0', revision: null, bundle_sha256: null },
    manifest: { version: null, sha256: 'ab'.repeat(32), not_after: null, state: 'unsigned' },
    roster: null,
    proc: {
      instance,
      pid: 4711,
      start_ts: new Date(atMs - 60_000).toISOString(),
      uptime_s: 60,
      restarts: null,
      result: null,
    },
    phase: 'Active',
    window,
    header_hash: hashOf(window, 'a'),
    state_root: hashOf(window, 'b'),
    cemented_at: new Date(atMs - 500).toISOString(),
    recent: windows.map((entry) => windowEntry(entry, atMs - 500 - (window - entry) * windowMs)),
    synced: true,
    target_window: window,
    D: 4_000_000,
    clock: { backend: 'native-shani', steps_per_second: 26e6, window_s: null },
    a_field_of_a_later_version: { nested: true },
    peers: ['frankfurt', 'helsinki', 'armenia'].map((peer) => ({
      id8: 'abcdEFGH',
      label: peer,
      conns: 1,
      up_s: 59.5,
      ping_sent: (init.pingOk ?? 12) + 1,
      ping_ok: init.pingOk ?? 12,
      ping_timeout: 0,
      ping_failed: 0,
      rtt_p50_ms: 0.8,
      rtt_p99_ms: null,
      closed: init.closed ?? 0,
      dial_err: init.dialErr ?? 0,
      handshakes: { hybrid: 0, pq: 1, none: 0 },
      healthy: true,
    })),
    proposals: { sent: 1, replayed: 2, rejected: 0, gap: 0 },
    jobs: [],
    res: {
      ...{ load1: 0.5, cores: 2, mem_total: 1e9, mem_used: 5e8, swap_used: 0, rss: 1e8, pss: null, vmswap: 0 },
      ...{ cg_current: null, cg_swap: null, cpu_s: 1.5, eld_p99_ms: 0.2, fds: 30, disk_free: 1e10, disk_total: 2e10 },
      ...{ inodes_free: 1e6, inodes_total: 2e6, steal_pct: null },
      psi: { cpu_some: 0, mem_some: 0, mem_full: null, io_some: 0, io_full: 0 },
    },
    time: { synced: null, source: null, offset_ms: null },
    degraded: [],
    findings: [],
  }
}

export type TestStatus = ReturnType<typeof statusDocument>
