import type { BlockList } from 'node:net'
import type { ConnectionEncrypter, ConnectionGater, ConnectionProtector, Libp2p } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import type { Signer } from '@montana/crypto'
import { MontanaError } from '@montana/foundation'
import { type Limits, libp2pKey, peerIdOfNodeKey, silentComponentLogger } from '@montana/transport'
import { createLibp2p } from 'libp2p'

export interface Libp2pNodeOptions {
  readonly listen: string
  readonly limits: Limits
}

export interface Libp2pNodeModules {
  readonly signer: Signer
  /** In the order in which they are offered. */
  readonly encrypters: readonly ConnectionEncrypter[]
  readonly gater: ConnectionGater
  /** The one stage in front of negotiation: spec transport 10.2. */
  readonly protector?: ConnectionProtector
  /** Sources whose connections are closed as they are accepted. */
  readonly refused?: BlockList
}

/** A stopped js-libp2p node with what spec transport 11.2 asks for, and nothing else: no identify, no ping, no monitor. */
export async function createLibp2pNode(options: Libp2pNodeOptions, modules: Libp2pNodeModules): Promise<Libp2p> {
  const { libp2p, caps, yamux: mux } = options.limits
  const { protector, refused } = modules
  // js-libp2p hands these to the runtime's server, those included that its types do not know.
  const listenOpts = { noDelay: true, ...(refused === undefined ? {} : { blockList: refused }) }
  const node = await createLibp2p({
    start: false,
    logger: silentComponentLogger,
    privateKey: libp2pKey(modules.signer),
    addresses: { listen: [options.listen] },
    transports: [tcp({ backlog: mux.backlog, listenOpts })],
    connectionEncrypters: modules.encrypters.map((encrypter) => () => encrypter),
    connectionGater: modules.gater,
    ...(protector === undefined ? {} : { connectionProtector: () => protector }),
    connectionMonitor: { enabled: false },
    connectionManager: {
      maxConnections: caps.connections,
      inboundConnectionThreshold: libp2p.inboundPerSecondAndHost,
      maxIncomingPendingConnections: libp2p.pendingInbound,
      addressDialTimeout: libp2p.addressDialMs,
      dialTimeout: libp2p.dialMs,
      inboundUpgradeTimeout: libp2p.inboundUpgradeMs,
      reconnectRetries: 0,
    },
    streamMuxers: [
      yamux({
        maxInboundStreams: mux.streams,
        maxOutboundStreams: mux.streams,
        maxEarlyStreams: libp2p.earlyStreams,
        enableKeepAlive: true,
        keepAliveInterval: mux.keepAliveMs,
        streamOptions: {
          initialStreamWindowSize: mux.initialWindowBytes,
          maxStreamWindowSize: mux.maxWindowBytes,
          maxReadBufferLength: mux.readBufferBytes,
        },
      }),
    ],
  })
  assertIdentity(node, modules.signer)
  return node
}

/** The key's shape is an internal path of js-libp2p: after an upgrade it must still give our PeerId. */
function assertIdentity(node: Libp2p, signer: Signer): void {
  const expected = peerIdOfNodeKey(signer.publicKey).toString()
  if (node.peerId.toString() === expected) return
  throw new MontanaError('NODE_IDENTITY', `js-libp2p shows ${node.peerId.toString()} instead of ${expected}`)
}
