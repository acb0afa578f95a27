import { depthFor, estimatedCount, observed } from './density.js'
import type { PlanEffect } from './events.js'
import { chunkRecords } from './limits.js'
import { type Piece, type Run, takeFrom } from './pieces.js'
import type { Job, PeerState, Plan, Queued, Waiting } from './state.js'

/** Entries of the queue that are looked through for one that a peer may have. */
const LOOK_AHEAD = 64
const RANGE_OVERHEAD_BYTES = 16_463
const CHUNK_OVERHEAD_BYTES = 20 + 32 * 24

/** One plan while it is being stepped; what it was made from stays as it was. */
export class Draft {
  readonly effects: PlanEffect[] = []
  readonly #plan: Plan
  readonly #jobs: Map<number, Job>
  readonly #peers: Map<string, PeerState>
  #tables: Plan['tables']
  #queue: readonly Queued[]
  #nextJob: number
  said: Plan['said']

  constructor(
    plan: Plan,
    readonly nowMs: number,
  ) {
    this.#plan = plan
    this.#jobs = new Map(plan.jobs)
    this.#peers = new Map(plan.peers)
    this.#tables = plan.tables
    this.#queue = plan.queue
    this.#nextJob = plan.nextJob
    this.said = plan.said
  }

  get limits(): Plan['limits'] {
    return this.#plan.limits
  }

  get jobs(): Job[] {
    return [...this.#jobs.values()]
  }

  get peers(): PeerState[] {
    return [...this.#peers.values()]
  }

  get readyPeers(): PeerState[] {
    return this.peers.filter(({ status }) => status === 'ready')
  }

  get isQueueEmpty(): boolean {
    return this.#queue.length === 0
  }

  job(id: number): Job | undefined {
    return this.#jobs.get(id)
  }

  peer(id: string): PeerState | undefined {
    return this.#peers.get(id)
  }

  setPeer(peer: PeerState): void {
    this.#peers.set(peer.id, peer)
  }

  updatePeer(id: string, change: Partial<PeerState>): void {
    const peer = this.#peers.get(id)
    if (peer) this.#peers.set(id, { ...peer, ...change })
  }

  setJob(job: Job): void {
    this.#jobs.set(job.id, job)
  }

  /** The job is over, whatever became of its piece. */
  removeJob(job: Job): void {
    this.#jobs.delete(job.id)
    const peer = this.#peers.get(job.peer)
    if (peer) this.updatePeer(job.peer, { held: peer.held - 1 })
  }

  putFirst(entry: Queued): void {
    this.#queue = [entry, ...this.#queue]
  }

  observe(table: Piece['table'], records: number, fraction: number): void {
    const state = this.#tables.get(table)
    if (!state) return
    const density = observed(state.density, records, fraction)
    this.#tables = new Map(this.#tables).set(table, { ...state, density })
  }

  /** Starts the first piece of the queue that `peer` may have, within the bytes that may be at risk. */
  ask(peer: PeerState): boolean {
    const index = this.#queue.slice(0, LOOK_AHEAD).findIndex((entry) => this.#maySend(entry, peer))
    const entry = this.#queue[index]
    if (!entry) return false
    const { piece, rest } = this.#take(entry)
    const bytes = this.#expectedBytes(piece)
    if (peer.held > 0 && this.#bytesHeld() + bytes > this.#bytesAtRisk()) return false
    this.#queue = this.#queue.toSpliced(index, 1, ...(rest ? [rest] : []))
    this.#start(peer, piece, entry.kind === 'waiting' ? entry : undefined, bytes)
    return true
  }

  finish(): { plan: Plan; effects: readonly PlanEffect[] } {
    const plan = {
      limits: this.limits,
      tables: this.#tables,
      queue: this.#queue,
      jobs: this.#jobs,
      peers: this.#peers,
      nextJob: this.#nextJob,
      said: this.said,
    }
    return { plan, effects: this.effects }
  }

  #start(peer: PeerState, piece: Piece, entry: Waiting | undefined, bytes: number): void {
    const id = this.#nextJob++
    this.setJob({ id, peer: peer.id, piece, entry, startedMs: this.nowMs, bytes, isAnswered: false })
    this.updatePeer(peer.id, { held: peer.held + 1, tokens: peer.tokens - 1 })
    this.effects.push({ type: 'ask', job: id, peer: peer.id, piece })
  }

  #maySend(entry: Queued, peer: PeerState): boolean {
    if (entry.kind !== 'waiting' || !entry.avoid.includes(peer.id)) return true
    return this.readyPeers.every(({ id }) => entry.avoid.includes(id))
  }

  #take(entry: Queued): { piece: Piece; rest: Run | undefined } {
    if (entry.kind === 'waiting') return { piece: entry.piece, rest: undefined }
    if (entry.kind === 'range') return { piece: entry, rest: undefined }
    return takeFrom(entry, this.#depthOf(entry.table))
  }

  #depthOf(table: Piece['table']): number {
    return depthFor(this.#count(table), chunkRecords(this.#total(), this.readyPeers.length, this.limits))
  }

  #count(table: Piece['table']): number {
    const state = this.#tables.get(table)
    return state ? estimatedCount(state.density) : 0
  }

  #total(): number {
    return [...this.#tables.keys()].reduce((sum, table) => sum + this.#count(table), 0)
  }

  #expectedBytes(piece: Piece): number {
    const recordBytes = this.#tables.get(piece.table)?.recordBytes ?? 0
    if (piece.kind === 'range') return rangeBytes(recordBytes, this.limits.chunkRecords)
    return (this.#count(piece.table) / 2 ** piece.depth) * recordBytes + CHUNK_OVERHEAD_BYTES
  }

  #bytesHeld(): number {
    return this.jobs.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  #bytesAtRisk(): number {
    const ofTables = [...this.#tables].map(([table, { recordBytes }]) => this.#count(table) * recordBytes)
    return this.limits.atRisk * ofTables.reduce((sum, bytes) => sum + bytes, 0)
  }
}

/** What a range is asked for at most. */
export function rangeBytes(recordBytes: number, records: number): number {
  return records * recordBytes + RANGE_OVERHEAD_BYTES
}
