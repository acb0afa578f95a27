import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { bytesEqual } from '@montana/foundation'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { NobleBackend } from '../src/noble-backend.js'
import { NodeBackend } from '../src/node-backend.js'
import { mldsaKeygen, mldsaSign, mldsaVerify, mlkemDecapsulate, mlkemEncapsulate, mlkemKeygen } from '../src/oracle.js'
import { filled } from './known-answers.js'

const backends = { node: new NodeBackend(), noble: new NobleBackend() }
const message = filled(72, 9)

afterAll(async () => {
  await backends.node.close()
  await backends.noble.close()
})

describe.each(['node', 'noble'] as const)('backend %s', (name) => {
  const backend = backends[name]
  const other = backends[name === 'node' ? 'noble' : 'node']

  it('makes signatures that the other backend and the oracle accept', async () => {
    const signer = await backend.importSigner(filled(32, 1))
    const signature = await signer.sign(message)
    expect(signature).toHaveLength(3309)
    expect(signer.publicKey).toEqual(mldsaKeygen(filled(32, 1)).publicKey)
    expect(await other.verify(signature, message, signer.publicKey)).toBe(true)
    expect(mldsaVerify(signature, message, signer.publicKey)).toBe(true)
    expect(await other.verify(signature, filled(72, 8), signer.publicKey)).toBe(false)
    signer.dispose()
  })

  it('accepts deterministic signatures and refuses any other message, key or length without throwing', async () => {
    const pair = mldsaKeygen(filled(32, 2))
    const signature = mldsaSign(message, pair.secretKey)
    const stranger = mldsaKeygen(filled(32, 3)).publicKey
    expect(await backend.verify(signature, message, pair.publicKey)).toBe(true)
    expect(await backend.verify(signature, message, stranger)).toBe(false)
    expect(await backend.verify(signature.subarray(1), message, pair.publicKey)).toBe(false)
    expect(await backend.verify(signature, message, pair.publicKey.subarray(1))).toBe(false)
    expect(await backend.verify(new Uint8Array(0), message, pair.publicKey)).toBe(false)
    expect(
      await backend.verify(mldsaSign(message, pair.secretKey, { context: filled(1, 1) }), message, pair.publicKey),
    ).toBe(false)
  })

  it('agrees on a shared secret with the other backend, both ways', async () => {
    const pair = await backend.generateKem()
    expect(pair.publicKey).toHaveLength(1184)
    const { cipherText, sharedSecret } = await other.encapsulate(pair.publicKey)
    expect(cipherText).toHaveLength(1088)
    expect(await pair.decapsulate(cipherText)).toEqual(sharedSecret)
    pair.dispose()
    await expect(pair.decapsulate(cipherText)).rejects.toMatchObject({ code: 'CRYPTO_BACKEND' })
  })

  it('decapsulates what the oracle encapsulated, and answers a bad ciphertext with another secret', async () => {
    const oracle = mlkemKeygen(filled(64, 4))
    const { cipherText, sharedSecret } = mlkemEncapsulate(oracle.publicKey, filled(32, 5))
    const pair = await backend.importKem(filled(64, 4))
    expect(pair.publicKey).toEqual(oracle.publicKey)
    expect(await pair.decapsulate(cipherText)).toEqual(sharedSecret)
    const altered = cipherText.slice()
    altered[7] = (altered[7] ?? 0) ^ 1
    expect(await pair.decapsulate(altered)).toEqual(mlkemDecapsulate(altered, oracle.secretKey))
    expect(bytesEqual(await pair.decapsulate(altered), sharedSecret)).toBe(false)
  })

  it('refuses an encapsulation key that is not reduced, and wrong lengths', async () => {
    const unreduced = mlkemKeygen(filled(64, 6)).publicKey.slice().fill(0xff, 0, 3)
    await expect(backend.encapsulate(unreduced)).rejects.toMatchObject({ code: 'CRYPTO_KEM_KEY' })
    await expect(backend.encapsulate(filled(1183, 0))).rejects.toMatchObject({ code: 'CRYPTO_LENGTH' })
    await expect(backend.importSigner(filled(31, 0))).rejects.toMatchObject({ code: 'CRYPTO_LENGTH' })
    await expect(backend.importKem(filled(63, 0))).rejects.toMatchObject({ code: 'CRYPTO_LENGTH' })
    const pair = await backend.generateKem()
    await expect(pair.decapsulate(filled(1087, 0))).rejects.toMatchObject({ code: 'CRYPTO_LENGTH' })
  })

  it('does not touch an aborted call, and a disposed signer signs nothing', async () => {
    const signer = await backend.importSigner(filled(32, 7))
    await expect(signer.sign(message, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' })
    signer.dispose()
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'CRYPTO_BACKEND' })
  })
})

describe('hedging', () => {
  it('gives another signature each time', async () => {
    for (const backend of Object.values(backends)) {
      const signer = await backend.importSigner(filled(32, 8))
      expect(await signer.sign(message)).not.toEqual(await signer.sign(message))
    }
  })
})

describe('event loop', () => {
  let longest = 0
  beforeAll(async () => {
    const signer = await backends.node.importSigner(filled(32, 9))
    await signer.sign(message)
    let last = performance.now()
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }, 1)
    await Promise.all(Array.from({ length: 100 }, () => signer.sign(message)))
    clearInterval(timer)
  })

  it('stays free while 100 signatures are made (they take 80 ms and more on one thread)', () => {
    expect(longest).toBeGreaterThan(0)
    expect(longest).toBeLessThan(40)
  })
})

describe('closing', () => {
  it.each([
    ['an idle worker does not hold the process', 'const b = await selectPqBackend("noble")'],
    ['an awaited close returns', 'const b = await selectPqBackend("noble"); await b.close()'],
  ])('%s', async (_, script) => {
    const index = new URL('../dist/index.js', import.meta.url).href
    const source = `import { selectPqBackend } from '${index}'; ${script}`
    await expect(
      promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source], { timeout: 10_000 }),
    ).resolves.toBeDefined()
  })

  it('ends the worker: calls in flight and later ones fail', async () => {
    const backend = new NobleBackend()
    const signer = await backend.importSigner(filled(32, 10))
    const inFlight = expect(signer.sign(message)).rejects.toMatchObject({ code: 'CRYPTO_BACKEND' })
    await backend.close()
    await inFlight
    await expect(signer.sign(message)).rejects.toMatchObject({ code: 'CRYPTO_BACKEND' })
    await backend.close()
  })
})
