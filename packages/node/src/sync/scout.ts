import { isAbort, type TimeSource, withTimeout } from '@montana/foundation'
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

/** Asks one peer for the manifest of its newest snapshot and for one chunk: how much there is, and how fast it comes. */
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
    const [first] = servers
    if (!first || signal.aborted || time.monotonicMs() - this.#lookedAtMs < LOOK_AGAIN_MS) return this.#offer
    this.#lookedAtMs = time.monotonicMs()
    this.#probe(first, servers.length).catch((error: unknown) => {
      // Whoever does not answer has no offer; what a join makes of this peer is judged there.
      if (!isAbort(error)) this.#offer = undefined
    })
    return this.#offer
  }

  async #probe(peer: SyncPeer, servers: number): Promise<void> {
    const { time, signal } = this.#modules
    this.#offer = await withTimeout(TIMEOUT_MS, signal, async (waiting) => {
      const manifest = await peer.manifest(peer.status().snapshotWindow, waiting)
      const startedAtMs = time.monotonicMs()
      const chunk = await peer.chunk(firstChunk(manifest), waiting)
      return offerOf(manifest, chunk, { ms: time.monotonicMs() - startedAtMs, servers })
    })
  }
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
