import type { MetricsRegistry } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { NodeBackend } from '../src/node-backend.js'
import { selectPqBackend } from '../src/select.js'
import { runSelfTest } from '../src/self-test.js'
import { createSignatureVerifier } from '../src/verifier.js'
import { filled } from './known-answers.js'

describe('selectPqBackend', () => {
  it('takes OpenSSL by itself and noble on request; both pass their self-test', async () => {
    const chosen = await selectPqBackend()
    expect(chosen.name).toBe('node')
    const noble = await selectPqBackend('noble')
    expect(noble.name).toBe('noble')
    await noble.close()
  })

  it('records durations by operation', async () => {
    const seen: unknown[] = []
    const registry: MetricsRegistry = {
      counter: () => ({ inc: () => {} }),
      gauge: () => ({ set: () => {} }),
      histogram: ({ name }) => ({ observe: (labels) => seen.push({ name, ...labels }) }),
    }
    await selectPqBackend('node', registry)
    expect(seen).toContainEqual({ name: 'montana_crypto_seconds', op: 'sign', backend: 'node' })
  })
})

describe('self-test', () => {
  const broken: ReadonlyArray<[string, (backend: NodeBackend) => void]> = [
    ['accepts everything', (backend) => (backend.verify = async () => true)],
    ['accepts nothing', (backend) => (backend.verify = async () => false)],
    [
      'has the wrong key for a seed',
      (backend) => {
        const original = backend.importSigner.bind(backend)
        backend.importSigner = () => original(filled(32, 1))
      },
    ],
    [
      'has the wrong KEM key for a seed',
      (backend) => {
        const original = backend.importKem.bind(backend)
        backend.importKem = () => original(filled(64, 1))
      },
    ],
    [
      'encapsulates wrongly',
      (backend) => {
        const original = backend.encapsulate.bind(backend)
        backend.encapsulate = async (key) => ({ ...(await original(key)), sharedSecret: filled(32, 0) })
      },
    ],
  ]

  it.each(broken)('refuses a backend that %s', async (_, breakIt) => {
    const backend = new NodeBackend()
    breakIt(backend)
    await expect(runSelfTest(backend)).rejects.toMatchObject({ code: 'CRYPTO_SELFTEST' })
  })
})

describe('signature verifier', () => {
  it('is the backend’s verify', async () => {
    const backend = await selectPqBackend()
    const signer = await backend.importSigner(filled(32, 3))
    const verify = createSignatureVerifier(backend)
    const signature = await signer.sign(filled(80, 1))
    expect(await verify(signature, filled(80, 1), signer.publicKey)).toBe(true)
    expect(await verify(signature, filled(80, 2), signer.publicKey)).toBe(false)
  })
})
