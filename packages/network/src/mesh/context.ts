import type { Libp2p } from '@libp2p/interface'
import type { Limits } from '@montana/transport'
import type { BanList } from '../limits/score.js'
import type { NetworkMetrics } from '../metrics.js'
import type { MeshHandlers, MeshModules, MeshOptions } from '../options.js'
import type { HeardBook } from '../peer/heard.js'
import type { PeerBook } from './peer-book.js'
import type { SecurityPolicy } from './security-policy.js'

/** What the parts of a mesh share. */
export interface MeshContext {
  readonly options: MeshOptions
  readonly limits: Limits
  readonly modules: Omit<MeshModules, 'metrics' | 'handlers'>
  readonly handlers: MeshHandlers
  readonly metrics: NetworkMetrics
  readonly peers: PeerBook
  readonly bans: BanList
  readonly heard: HeardBook
  readonly security: SecurityPolicy
  readonly nowMs: () => number
  /** Fires when the mesh stops. */
  readonly signal: AbortSignal
  /** Set once by start. */
  readonly node: () => Libp2p
}
