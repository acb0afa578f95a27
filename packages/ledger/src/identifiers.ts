import { hashWithDomain, u16le } from '@montana/codec'

/** account_id = H("mt-account", suite ‖ key): spec protocol 2. */
export function accountIdOf(suiteId: number, publicKey: Uint8Array): Uint8Array {
  return hashWithDomain('mt-account', u16le(suiteId), publicKey)
}

/** node_id = H("mt-node", key): spec protocol 2. */
export function nodeIdOf(publicKey: Uint8Array): Uint8Array {
  return hashWithDomain('mt-node', publicKey)
}
