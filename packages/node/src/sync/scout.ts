import { type TimeSource, withTimeout } from '@montana/foundation'
import { type SnapshotChunk, type SnapshotManifest, STATE_TABLE } from '@montana/network'
import type { SyncPeer } from '@montana/sync'
import { LIMITS } from '@montana/transport'

/** What a snapshot would cost is looked at anew after this. No special reason. */
const LOOK_AGAIN_MS = 60_000
const TIMEOUT_MS = 30_000
const MS_PER_S = 1_000
const CHUNK_TYPE = 0x88

/** What fetching a snapshot would take. */
export interface SnapshotOffer {
  readonly accounts: number
  /** Records of all peers that serve it together. */
  readonly recordsPerSecond: number
}

export interface ScoutModules {
  readonly time: TimeSource
  readonly signal: AbortSignal
  peers(): readonly SyncPeer[]
}

/** Peers that are asked: one of them may lie about how much there is, or hold back its chunk. */
const PEERS_ASKED = 3

/**
 * Asks a few peers for the manifest of their newest snapshot and for one chunk: how much there is, and how fast it comes.
 * Nothing of it is proven; what one peer alone says decides nothing where three are there.
 */
export class SnapshotScout {
  readonly #modules: ScoutModules
  #offer: SnapshotOffer | undefined
  #lookedAtMs = Number.NEGATIVE_INFINITY

  constructor(modules: ScoutModules) {
    this.#modules = modules
  }

  /** The latest answer; undefined before there is one. Looks again in the background now and then. */
  look(): SnapshotOffer | undefined {
    const { time, peers, signal } = this.#modules
    const servers = peers().filter((peer) => peer.status().snapshotWindow > 0)
    if (servers.length === 0 || signal.aborted || time.monotonicMs() - this.#lookedAtMs < LOOK_AGAIN_MS)
      return this.#offer
    this.#lookedAtMs = time.monotonicMs()
    void this.#compare(servers)
    return this.#offer
  }

  /** Never rejects: whoever does not answer has no offer, and what a join makes of this peer is judged there. */
  async #compare(servers: readonly SyncPeer[]): Promise<void> {
    const asked = servers.slice(0, PEERS_ASKED)
    const answers = await Promise.allSettled(asked.map((peer) => this.#probe(peer, servers.length)))
    if (this.#modules.signal.aborted) return
    this.#offer = middleOf(answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])))
  }

  async #probe(peer: SyncPeer, servers: number): Promise<SnapshotOffer> {
    const { time, signal } = this.#modules
    return await withTimeout(TIMEOUT_MS, signal, async (waiting) => {
      const manifest = await peer.manifest(peer.status().snapshotWindow, waiting)
      const startedAtMs = time.monotonicMs()
      const chunk = await peer.chunk(firstChunk(manifest), waiting)
      return offerOf(manifest, chunk, { ms: time.monotonicMs() - startedAtMs, servers })
    })
  }
}

/** The one in the middle by its cost; of two the dearer one. */
export function middleOf(offers: readonly SnapshotOffer[]): SnapshotOffer | undefined {
  const seconds = ({ accounts, recordsPerSecond }: SnapshotOffer) => accounts / recordsPerSecond
  const sorted = offers.toSorted((a, b) => seconds(a) - seconds(b))
  return sorted[Math.floor(sorted.length / 2)]
}

function firstChunk({ window, depths }: SnapshotManifest) {
  return { window, table: STATE_TABLE.account, depth: depths.account, prefix: 0 }
}

/** A peer answers so many at a time, and no more than its rate in a second: spec transport 14.1. */
export function offerOf(
  { counts }: Pick<SnapshotManifest, 'counts'>,
  { recordCount }: Pick<SnapshotChunk, 'recordCount'>,
  { ms, servers }: { ms: number; servers: number },
): SnapshotOffer {
  const { perSecond = 1, inFlight = 1 } = LIMITS.ext.get(CHUNK_TYPE) ?? {}
  const chunksPerSecond = servers * Math.min(perSecond, (inFlight * MS_PER_S) / Math.max(ms, 1))
  return { accounts: counts.account, recordsPerSecond: Math.max(1, recordCount * chunksPerSecond) }
}
