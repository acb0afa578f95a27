import { noise } from '@chainsafe/libp2p-noise'
import { type Peer, packagePeer } from './peer.js'

/** Stock js-libp2p: its own Ed25519 key and plain Noise. */
export function stockEncrypter(): ReturnType<typeof noise> {
  return noise()
}

export function libp2pPeers(): Peer[] {
  return [
    packagePeer('libp2p', 'the host of every contender'),
    packagePeer('@chainsafe/libp2p-noise', 'the stock profile: X25519 and ChaCha20-Poly1305'),
    packagePeer('@libp2p/tcp', 'the same under every contender'),
    packagePeer('@libp2p/yamux', 'the same over every contender'),
  ]
}
