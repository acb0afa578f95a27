import { type KemImporter, nodeHasPostQuantum, type PqBackend, selectPqBackend } from '@montana/crypto'
import { errorMessage } from '@montana/foundation'
import { type MerkleHasher, hasherOf as merkleHasherOf, nodeCryptoHasher } from '@montana/ledger'
import { type HashBackend, loadBackend } from '@montana/native'
import type { Backend, RunContext } from './types.js'

export type Pq = PqBackend & KemImporter

/** What the cases run on. A backend this host lacks has the reason in its place. */
export interface Backends {
  readonly node: Pq | string
  readonly noble: Pq | string
  readonly native: HashBackend | string
  readonly typescript: HashBackend
  close(): Promise<void>
}

export async function openBackends(): Promise<Backends> {
  const [node, noble] = [await open('node'), await open('noble')]
  return {
    node,
    noble,
    native: openNative(),
    typescript: loadBackend({ force: 'typescript' }).backend,
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

function openNative(): HashBackend | string {
  if (process.env.MONTANA_NATIVE === 'off') return 'MONTANA_NATIVE=off'
  try {
    return loadBackend({ force: 'native', portable: process.env.MONTANA_NATIVE === 'portable' }).backend
  } catch (error) {
    return `the native addon does not load: ${errorMessage(error)}`
  }
}

/** The clock and verifier of the case's backend. */
export function hashesOf({ backends, backend }: RunContext): HashBackend {
  const found = backend === 'native' ? backends.native : backends.typescript
  if (typeof found === 'string') throw new Error(found)
  return found
}

/** The Merkle hashing of the case's backend: the addon's, or what the ledger uses without it. */
export function hasherOf(context: RunContext): MerkleHasher {
  return context.backend === 'native' ? merkleHasherOf(hashesOf(context)) : nodeCryptoHasher
}
