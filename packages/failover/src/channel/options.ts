import type { Logger, RandomSource, TimeSource } from '@montana/foundation'
import type { NodeIdentity } from './tls/identity.js'
import type { PeerRegistry } from './types.js'

export interface PeerAddress {
  readonly address: string
  readonly port: number
}

export interface NodeChannelOptions {
  /** Own host name. */
  readonly self: string
  /** Certificates are for `<host>.<domain>`. */
  readonly domain: string
  readonly listen: PeerAddress
  /** Every host of the group; an entry of the own name is ignored. At most 64. */
  readonly hosts: Readonly<Record<string, PeerAddress>>
  /** Source address of outgoing connections; by default the system's choice. */
  readonly localAddress?: string
  /** `prefer` admits peers that can only do classical X25519. Default `require`. */
  readonly keyExchange?: 'require' | 'prefer'
  readonly connectTimeoutMs?: number
  readonly handshakeTimeoutMs?: number
  readonly silenceMs?: number
  readonly renewalCheckMs?: number
}

export interface NodeChannelModules {
  readonly identity: NodeIdentity
  readonly registry: PeerRegistry
  readonly logger: Logger
  readonly time?: TimeSource
  readonly random?: RandomSource
}
