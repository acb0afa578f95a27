import { type KemImporter, type PqBackend, selectPqBackend } from '@montana/crypto'
import { errorMessage } from '@montana/foundation'
import type { Backend } from './types.js'

export type Pq = PqBackend & KemImporter

/** What the cases run on. A backend this host lacks has the reason in its place. */
export interface Backends {
  readonly node: Pq | string
  readonly noble: Pq | string
  close(): Promise<void>
}

export async function openBackends(): Promise<Backends> {
  const [node, noble] = [await open('node'), await open('noble')]
  return {
    node,
    noble,
    close: async () => {
      for (const backend of [node, noble]) if (typeof backend !== 'string') await backend.close()
    },
  }
}

async function open(name: 'node' | 'noble'): Promise<Pq | string> {
  try {
    return await selectPqBackend(name)
  } catch (error) {
    return `backend ${name} does not run on this host: ${errorMessage(error)}`
  }
}

/** Why nothing can run on `backend`; `undefined` when it can. */
export function unavailable(backends: Backends, backend: Backend): string | undefined {
  if (backend !== 'node' && backend !== 'noble') return undefined
  const found = backends[backend]
  return typeof found === 'string' ? found : undefined
}

/** The cryptography of a backend that is known to run. */
export function pqOf(backends: Backends, backend: Backend): Pq {
  const found = backend === 'node' || backend === 'noble' ? backends[backend] : 'no cryptography'
  if (typeof found === 'string') throw new Error(found)
  return found
}
