import { type SnapshotManifest, STATE_RECORD_BYTES, STATE_TABLE } from '@montana/network'
import type { StagedPiece, TableCounts } from '@montana/store'
import type { SyncPeer } from '../peer.js'
import type { Plan } from '../plan/state.js'
import type { CountFile } from './counts.js'
import type { SnapshotClientOptions } from './options.js'
import { type PeerProgress, RateMeter, type SyncProgress } from './progress.js'

/** Often enough for a live line, rare enough to cost nothing. */
const REPORT_EVERY_MS = 250

interface PeerWork {
  readonly peer: SyncPeer
  chunks: number
  bytes: number
}

/** Counts what a join does and says so, at every change of phase and at intervals. */
export class Reporter {
  readonly #options: SnapshotClientOptions
  readonly #peers = new Map<string, PeerWork>()
  readonly #rate = new RateMeter()
  #phase: SyncProgress['phase'] = 'anchor'
  #manifest: SnapshotManifest | undefined
  #counts: CountFile | undefined
  #staged: Record<keyof TableCounts, number> = { account: 0, node: 0, candidate: 0 }
  #chunks = 0
  #proofs = 0
  #plan: Plan | undefined
  #saidMs = Number.NEGATIVE_INFINITY

  constructor(options: SnapshotClientOptions) {
    this.#options = options
  }

  /** What was staged before counts as staged, and as fetched where an earlier process counted it. */
  begin(manifest: SnapshotManifest, counts: CountFile): void {
    const { staging } = this.#options.store
    this.#manifest = manifest
    this.#counts = counts
    this.#staged = { ...staging.counts() }
    const names = ['account', 'node', 'candidate'] as const
    this.#chunks = names.reduce((sum, table) => sum + staging.pieces(table).length, 0)
    this.#rate.note(this.#options.time.monotonicMs(), 0)
    this.phase('tables')
  }

  phase(phase: SyncProgress['phase']): void {
    this.#phase = phase
    this.#say()
  }

  fetched(peer: SyncPeer, bytes: number): void {
    const work = this.#peers.get(peer.id) ?? { peer, chunks: 0, bytes: 0 }
    this.#peers.set(peer.id, { ...work, chunks: work.chunks + 1, bytes: work.bytes + bytes })
    this.#counts?.note(bytes)
    this.#rate.note(this.#options.time.monotonicMs(), bytes)
  }

  staged({ table, keys }: StagedPiece, plan: Plan): void {
    this.#staged[table] += keys.length / 32
    this.#chunks += 1
    this.#proofs += 1
    this.#plan = plan
    if (this.#options.time.monotonicMs() - this.#saidMs >= REPORT_EVERY_MS) this.#say()
  }

  #say(): void {
    this.#saidMs = this.#options.time.monotonicMs()
    this.#options.onProgress?.(this.#progress())
  }

  #progress(): SyncProgress {
    const expected = this.#manifest?.counts ?? { account: 0, node: 0, candidate: 0 }
    const [staged, fetched] = [bytesOf(this.#staged), this.#counts?.fetched ?? 0]
    const bytesPerSecond = this.#rate.perSecond()
    const left = Math.max(0, bytesOf(expected) - staged)
    return {
      phase: this.#phase,
      window: this.#manifest?.window,
      chunks: this.#chunks,
      records: { staged: sum(this.#staged), expected: sum(expected) },
      bytes: { fetched, expected: bytesOf(expected), wasted: Math.max(0, fetched - staged) },
      bytesPerSecond,
      etaSeconds: bytesPerSecond ? Math.ceil(left / bytesPerSecond) : null,
      proofs: this.#proofs,
      peers: this.#peerProgress(),
    }
  }

  #peerProgress(): PeerProgress[] {
    return [...this.#peers.values()].map(({ peer: { id, label }, chunks, bytes }) => {
      const { status = 'ready', held = 0 } = this.#plan?.peers.get(id) ?? {}
      return { id, ...(label !== undefined && { label }), status, open: held, chunks, bytes }
    })
  }
}

function sum({ account, node, candidate }: TableCounts): number {
  return account + node + candidate
}

function bytesOf(counts: TableCounts): number {
  const names = ['account', 'node', 'candidate'] as const
  return names.reduce((total, table) => total + counts[table] * STATE_RECORD_BYTES[STATE_TABLE[table]], 0)
}
