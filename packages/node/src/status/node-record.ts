import { randomUUID } from 'node:crypto'
import { formatTime, type TimeSource, toHex } from '@montana/foundation'
import type { NodeStatus, WindowStatus } from './schema.js'

/** Windows whose hashes the status page carries: spec operations 2. */
const RECENT_WINDOWS = 256
/** Findings kept for the status page; all of them are in the log. */
const FINDINGS_KEPT = 32

/** Where the clock value of a window came from: spec protocol 3.4, 13.3. */
export type ValueSource = 'own' | 'proof' | 'audit' | 'quorum'

/** What a peer says of itself; nobody has checked it. */
export type PeerHead = NonNullable<NodeStatus['peers'][number]['head']>

interface AppliedWindow {
  readonly window: number
  readonly proposalHash: Uint8Array
  readonly stateRoot: Uint8Array
  readonly appliedAtMs: number
}

/** What this process remembers about itself for its status page; counters belong to the instance. */
export class NodeRecord {
  readonly instance = randomUUID()
  readonly startedAtMs: number
  /** The age of a process does not depend on what its wall clock is set to. */
  readonly startedAtMonotonicMs: number
  readonly #time: TimeSource
  readonly #recent: WindowStatus[] = []
  readonly #findings: NodeStatus['findings'] = []
  readonly #proposals = { sent: 0, replayed: 0, rejected: 0, gap: 0 }
  readonly #sources = { own: 0, proof: 0, audit: 0, quorum: 0 }
  readonly #heads = new Map<string, PeerHead>()
  #lastSource: ValueSource | null = null
  #proven = 0
  #appliedHere = 0

  constructor(time: TimeSource) {
    this.#time = time
    this.startedAtMs = time.wallMs()
    this.startedAtMonotonicMs = time.monotonicMs()
  }

  get recent(): readonly WindowStatus[] {
    return this.#recent
  }

  get findings(): readonly NodeStatus['findings'][number][] {
    return this.#findings
  }

  get proposals(): NodeStatus['proposals'] {
    return { ...this.#proposals }
  }

  /** Windows applied since this process started. */
  get appliedHere(): number {
    return this.#appliedHere
  }

  noteHead(peerId: string, head: PeerHead): void {
    this.#heads.set(peerId, head)
  }

  forgetHead(peerId: string): void {
    this.#heads.delete(peerId)
  }

  /** As it said last while it was connected. */
  headOf(peerId: string): PeerHead | null {
    return this.#heads.get(peerId) ?? null
  }

  /** Before the windows of the store are noted anew: a snapshot has replaced it. */
  forgetRecent(): void {
    this.#recent.length = 0
  }

  noteStored(applied: AppliedWindow): void {
    this.#recent.push({
      window: applied.window,
      header_hash: toHex(applied.proposalHash),
      state_root: toHex(applied.stateRoot),
      at: formatTime(applied.appliedAtMs),
    })
    if (this.#recent.length > RECENT_WINDOWS) this.#recent.shift()
  }

  /** How clock values were known, by window; `last` is that of the head. */
  get sources(): { readonly [S in ValueSource]: number } & { readonly last: ValueSource | null } {
    return { ...this.#sources, last: this.#lastSource }
  }

  /** A value was proven before its window is applied, or audited afterwards. */
  noteProof(window: number, verdict: string, isAudit: boolean): void {
    if (verdict !== 'valid') return
    if (!isAudit) this.#proven = Math.max(this.#proven, window)
    else this.#noteAudit()
  }

  /** A value that was trusted turned out to be right. */
  #noteAudit(): void {
    this.#sources.quorum = Math.max(0, this.#sources.quorum - 1)
    this.#sources.audit++
    if (this.#lastSource === 'quorum') this.#lastSource = 'audit'
  }

  noteSource(window: number, isOwn: boolean): void {
    this.#lastSource = isOwn ? 'own' : this.#proven === window ? 'proof' : 'quorum'
    this.#sources[this.#lastSource]++
  }

  noteWindow(applied: AppliedWindow): void {
    this.#appliedHere++
    this.#proposals.replayed++
    this.noteStored(applied)
  }

  noteSent(): void {
    this.#proposals.sent++
  }

  noteRejected(): void {
    this.#proposals.rejected++
  }

  /** A message spoke of a window beyond the next one. */
  noteGap(): void {
    this.#proposals.gap++
  }

  noteFinding(finding: { code: string; window: number; detail: string; peer?: string }): void {
    this.#findings.push({ ...finding, at: formatTime(this.#time.wallMs()) })
    if (this.#findings.length > FINDINGS_KEPT) this.#findings.shift()
  }

  /** What a peer gave does not hold. True the first time: one peer must not push out what is known of others. */
  noteLie(lie: { code: string; window: number; detail: string; peer: string }): boolean {
    if (this.#findings.some(({ code, peer }) => code === lie.code && peer === lie.peer)) return false
    this.noteFinding(lie)
    return true
  }
}
