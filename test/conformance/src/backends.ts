import { type KemImporter, nodeHasPostQuantum, type PqBackend, selectPqBackend } from '@montana/crypto'
import { type MerkleHasher, nodeCryptoHasher } from '@montana/ledger'
import type { Backend, RunContext } from './types.js'

export type Pq = PqBackend & KemImporter

/** What the cases run on. A backend this host lacks has the reason in its place. */
export interface Backends {
  readonly node: Pq | string
  readonly noble: Pq | string
  readonly native: MerkleHasher | string
  readonly typescript: MerkleHasher
  close(): Promise<void>
}

export async function openBackends(): Promise<Backends> {
  const [node, noble] = [await open('node'), await open('noble')]
  return {
    node,
    noble,
    native: 'the native addon is not built',
    typescript: nodeCryptoHasher,
    close: async () => {
      for (const backend of [node, noble]) if (typeof backend !== 'string') await backend.close()
    },
  }
}

/** A backend that is there but gives wrong answers is an error, not something to skip. */
async function open(name: 'node' | 'noble'): Promise<Pq | string> {
  if (name === 'node' && !nodeHasPostQuantum()) return 'this Node.js has no ML-DSA-65 and ML-KEM-768'
  return await selectPqBackend(name)
}

/** Why nothing can run on `backend`; `undefined` when it can. */
export function unavailable(backends: Backends, backend: Backend): string | undefined {
  const found = backends[backend]
  return typeof found === 'string' ? found : undefined
}

/** The cryptography of a backend that is known to run. */
export function pqOf(backends: Backends, backend: Backend): Pq {
  const found = backend === 'node' || backend === 'noble' ? backends[backend] : 'no cryptography'
  if (typeof found === 'string') throw new Error(found)
  return found
}

/** The Merkle hashing of the case's backend. */
export function hasherOf({ backends, backend }: RunContext): MerkleHasher {
  const found = backend === 'native' ? backends.native : backends.typescript
  if (typeof found === 'string') throw new Error(found)
  return found
}
