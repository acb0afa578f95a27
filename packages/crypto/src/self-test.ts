import { readFileSync } from 'node:fs'
import { sha256 } from '@montana/codec'
import { bytesEqual, errorMessage, fromHex, toHex } from '@montana/foundation'
import { CryptoError } from './errors.js'
import { peerIdOf } from './identifiers.js'
import type { KemImporter, PqBackend } from './pq-backend.js'

/** Inputs of spec transport appendix B, and what each of the two backends has made of them. */
const FIXTURE_URL = new URL('../fixtures/self-test.json', import.meta.url)

interface KnownAnswers {
  readonly signerSeed: string
  readonly signerPeerId: string
  readonly digest: string
  readonly kemSeed: string
  readonly kemPublicKeySha256: string
  readonly noble: Made
  readonly node: Made
}

/** By one backend, so that each is tested against the other without having it loaded. */
interface Made {
  readonly signature: string
  readonly cipherText: string
  readonly sharedSecret: string
}

/** Runs before a backend is used; throws CRYPTO_SELFTEST. Below 20 ms on OpenSSL. */
export async function runSelfTest(backend: PqBackend & KemImporter): Promise<void> {
  try {
    const answers: KnownAnswers = JSON.parse(readFileSync(FIXTURE_URL, 'utf8'))
    await testSignatures(backend, answers)
    await testKem(backend, answers)
  } catch (cause) {
    throw new CryptoError('CRYPTO_SELFTEST', `crypto self-test failed on ${backend.name}: ${errorMessage(cause)}`, {
      cause,
      remedy: 'do not run on this host: its cryptography gives wrong answers; try another Node.js build',
    })
  }
}

async function testSignatures(backend: PqBackend, answers: KnownAnswers): Promise<void> {
  const signer = await backend.importSigner(bytes(answers.signerSeed))
  try {
    check(peerIdOf(signer.publicKey) === answers.signerPeerId, 'signing key from seed')
    const digest = bytes(answers.digest)
    for (const known of made(answers).map(({ signature }) => bytes(signature))) {
      check(await backend.verify(known, digest, signer.publicKey), 'known signature')
      check(!(await backend.verify(flipped(known), digest, signer.publicKey)), 'altered signature')
    }
    check(await backend.verify(await signer.sign(digest), digest, signer.publicKey), 'own signature')
  } finally {
    signer.dispose()
  }
}

async function testKem(backend: PqBackend & KemImporter, answers: KnownAnswers): Promise<void> {
  const pair = await backend.importKem(bytes(answers.kemSeed))
  try {
    check(toHex(sha256(pair.publicKey)) === answers.kemPublicKeySha256, 'KEM key from seed')
    for (const { cipherText, sharedSecret } of made(answers)) {
      const [known, secret] = [bytes(cipherText), bytes(sharedSecret)]
      check(bytesEqual(await pair.decapsulate(known), secret), 'known ciphertext')
      check(!bytesEqual(await pair.decapsulate(flipped(known)), secret), 'altered ciphertext')
    }
    const own = await backend.encapsulate(pair.publicKey)
    check(bytesEqual(await pair.decapsulate(own.cipherText), own.sharedSecret), 'own encapsulation')
  } finally {
    pair.dispose()
  }
}

function made({ noble, node }: KnownAnswers): readonly Made[] {
  return [noble, node]
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`${what} is wrong`)
}

function flipped(value: Uint8Array): Uint8Array {
  const copy = value.slice()
  copy[100] = (copy[100] ?? 0) ^ 1
  return copy
}

function bytes(hex: string): Uint8Array {
  const value = fromHex(hex)
  if (value === undefined) throw new Error('the known answers are not hex')
  return value
}
