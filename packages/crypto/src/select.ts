import type { MetricsRegistry } from '@montana/foundation'
import { NodeBackend } from './node-backend.js'
import { nodeHasPostQuantum } from './node-keys.js'
import type { KemImporter, PqBackend } from './pq-backend.js'
import { runSelfTest } from './self-test.js'

export type BackendName = PqBackend['name']

/**
 * The backend of this process: OpenSSL where it knows the algorithms, else noble in a worker. Self-tested, so it either
 * works or throws CRYPTO_SELFTEST. Call it once; the caller closes it.
 */
export async function selectPqBackend(
  prefer?: BackendName,
  registry?: MetricsRegistry,
): Promise<PqBackend & KemImporter> {
  const backend = await create(prefer ?? (nodeHasPostQuantum() ? 'node' : 'noble'), registry)
  try {
    await runSelfTest(backend)
    return backend
  } catch (error) {
    await backend.close()
    throw error
  }
}

/** noble's client is loaded only when it is chosen: a node on OpenSSL never pays for it. */
async function create(name: BackendName, registry: MetricsRegistry | undefined): Promise<PqBackend & KemImporter> {
  if (name === 'node') return new NodeBackend(registry)
  const { NobleBackend } = await import('./noble-backend.js')
  return new NobleBackend(registry)
}
