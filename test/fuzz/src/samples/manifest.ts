import { nodeIdOf, peerIdOf } from '@montana/crypto'
import { toHex } from '@montana/foundation'
import { bytesOf, PUBLIC_KEY } from './ledger.js'

/** A manifest of two peers, one of which names its key. */
export function manifestJson(): string {
  const entry = (key: Uint8Array, index: number) => ({
    label: `n${index}`,
    multiaddr: `/ip4/127.0.0.1/tcp/${8444 + index}`,
    peer_id: peerIdOf(key),
    account_id_hex: 'ab'.repeat(32),
    node_id_hex: toHex(nodeIdOf(key)),
    bootstrap: index === 0,
  })
  const first = { ...entry(PUBLIC_KEY, 0), node_pubkey_hex: toHex(PUBLIC_KEY), security: 'hybrid' }
  return JSON.stringify({ network_name: 'devnet', peers: [first, entry(bytesOf(1952, 9), 1)] })
}
