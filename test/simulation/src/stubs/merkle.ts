import { hasherOf, type MerkleHasher, nodeCryptoHasher } from '@montana/ledger'
import { loadBackend } from '@montana/native'

/** Folded paths that are remembered; every node of a network folds the same ones. */
const REMEMBERED = 1 << 15

let isInstalled = false

/**
 * Makes the default Merkle hasher fast for this process: native where it is built, and each folded path only once.
 * Results are those of the default, which the ledger's own tests compare.
 */
export function installFastMerkle(): void {
  if (isInstalled) return
  isInstalled = true
  const { backend } = loadBackend()
  const base = backend.name === 'typescript' ? { ...nodeCryptoHasher } : hasherOf(backend)
  Object.assign(nodeCryptoHasher, remembering(base))
}

function remembering(base: MerkleHasher): MerkleHasher {
  const folded = new Map<string, Uint8Array>()
  return {
    leaf: (record) => base.leaf(record),
    node: (left, right) => base.node(left, right),
    fold: (key, hash, from, to) => {
      const name = `${latin1(key)}${latin1(hash)}${from}/${to}`
      const known = folded.get(name)
      if (known) return known
      const result = base.fold(key, hash, from, to)
      if (folded.size >= REMEMBERED) folded.clear()
      folded.set(name, result)
      return result
    },
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
