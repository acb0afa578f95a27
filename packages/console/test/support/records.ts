import { createHash } from 'node:crypto'

export interface RecordInit {
  readonly runId?: string
  readonly seq: number
  readonly slot?: number
  readonly everyMs?: number
  readonly nodes?: readonly NodeInit[]
}

export interface NodeInit {
  readonly label?: string
  /** Undefined: it does not answer. */
  readonly instance?: string | undefined
  readonly lag?: number
  readonly rss?: number | null
  readonly connectedS?: number
  readonly ok?: number
  readonly lost?: number
}

const START_MS = Date.parse('2026-05-21T12:00:00.000Z')

/** As much of a line of the soak file as a reader may count on, and something that it does not know. */
export function record({ runId = 'run-1', seq, slot = seq, everyMs = 5_000, nodes = [{ instance: 'a' }] }: RecordInit) {
  return {
    schema: 'montana.soak/1',
    run_id: runId,
    ...{ seq, slot, ts: new Date(START_MS + slot * everyMs).toISOString(), interval_ms: everyMs },
    head: { label: 'moscow', window: 10 + seq },
    nodes: nodes.map(node),
    later: { unknown: true },
  }
}

function node({ label = 'moscow', instance, lag = 0, rss = 1e8, connectedS = 0, ok = 0, lost = 0 }: NodeInit) {
  if (instance === undefined) return { label, reachable: false, lag: null, proc: null, res: null, peers: null }
  const peers = [{ label: 'frankfurt', up_s: connectedS, ping_ok: ok, ping_timeout: lost, ping_failed: 0 }]
  return { label, reachable: true, lag, proc: { instance }, res: { rss }, peers }
}

export function line(init: RecordInit): string {
  return `${JSON.stringify(record(init))}\n`
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
