import { randomBytes } from 'node:crypto'
import { parentPort } from 'node:worker_threads'
import { ml_dsa65 } from '@noble/post-quantum/ml-dsa.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { MLKEM_SEED_BYTES } from './constants.js'
import type { ExpandResult, HandleResult, NobleAnswer, NobleRequest } from './noble-protocol.js'
import type { Encapsulation } from './pq-backend.js'

const secrets = new Map<number, Uint8Array>()
let nextHandle = 1

function keep(pair: { publicKey: Uint8Array; secretKey: Uint8Array }): HandleResult {
  const handle = nextHandle++
  secrets.set(handle, pair.secretKey)
  return { handle, publicKey: pair.publicKey }
}

/** Key generation that leaves no second copy of the seed. */
function fromSeed<T>(seed: Uint8Array, keygen: (seed: Uint8Array) => T): T {
  try {
    return keygen(seed)
  } finally {
    seed.fill(0)
  }
}

function secretOf(handle: number): Uint8Array {
  const secret = secrets.get(handle)
  if (secret === undefined) throw new Error('the key is disposed')
  return secret
}

function dispose(handle: number): void {
  secrets.get(handle)?.fill(0)
  secrets.delete(handle)
}

function expand(mldsaSeeds: readonly Uint8Array[], mlkemSeed: Uint8Array): ExpandResult {
  return {
    mldsa: mldsaSeeds.map((seed) => fromSeed(seed, ml_dsa65.keygen)),
    mlkem: fromSeed(mlkemSeed, ml_kem768.keygen),
  }
}

function answer(request: NobleRequest): unknown {
  switch (request.op) {
    case 'import_signer':
      return keep(fromSeed(request.seed, ml_dsa65.keygen))
    case 'sign':
      return ml_dsa65.sign(request.message, secretOf(request.handle))
    case 'verify':
      return ml_dsa65.verify(request.signature, request.message, request.key)
    case 'generate_kem':
      return keep(fromSeed(request.seed ?? randomBytes(MLKEM_SEED_BYTES), ml_kem768.keygen))
    case 'encapsulate':
      return ml_kem768.encapsulate(request.publicKey)
    case 'decapsulate':
      return ml_kem768.decapsulate(request.cipherText, secretOf(request.handle))
    case 'dispose':
      return dispose(request.handle)
    case 'expand':
      return expand(request.mldsaSeeds, request.mlkemSeed)
  }
}

function reply(id: number, request: NobleRequest): NobleAnswer {
  try {
    return { id, result: answer(request) }
  } catch (error) {
    // The only input noble refuses here is an encapsulation key that is not reduced: lengths were checked before.
    const code = request.op === 'encapsulate' ? 'CRYPTO_KEM_KEY' : 'CRYPTO_BACKEND'
    return { id, error: { code, message: error instanceof Error ? error.message : String(error) } }
  }
}

/** Posting copies; of a shared secret the copy in this thread is wiped: spec transport 9, rule 6. */
function wipeOwnCopy({ op }: NobleRequest, { result }: NobleAnswer): void {
  if (op === 'decapsulate') (result as Uint8Array | undefined)?.fill(0)
  if (op === 'encapsulate') (result as Encapsulation | undefined)?.sharedSecret.fill(0)
}

parentPort?.on('message', ({ id, request }: { id: number; request: NobleRequest }) => {
  const answered = reply(id, request)
  parentPort?.postMessage(answered)
  wipeOwnCopy(request, answered)
})
