import { readFileSync } from 'node:fs'
import { CryptoError, type PqBackend } from '@montana/crypto'
import { errorMessage, fromHex, toHex } from '@montana/foundation'
import { type HandshakeProfile, hybridProfile, PQ_PROFILE } from './profile.js'
import { initiatorDigest, responderDigest, sessionKeys } from './transcript.js'

/** The inputs and answers of spec transport appendix B; signatures were made by the other backend than the usual one. */
const FIXTURE_URL = new URL('../../fixtures/self-test.json', import.meta.url)

export interface ProfileAnswers {
  readonly sigR: string
  readonly sigI: string
  readonly dR: string
  readonly dI: string
  readonly i2r: string
  readonly r2i: string
  readonly th: string
}

/** All values hex. */
export interface TranscriptAnswers {
  readonly identitySeedI: string
  readonly identitySeedR: string
  readonly ekI: string
  readonly ekR: string
  readonly ctI: string
  readonly ctR: string
  readonly ssI: string
  readonly ssR: string
  readonly opkI: string
  readonly opkR: string
  readonly pq: ProfileAnswers
  readonly hybrid: ProfileAnswers
}

/**
 * The known answers of both profiles (spec transport 9, rule 5): transcript, digests, signatures and traffic secrets.
 * Throws CRYPTO_SELFTEST; the node then does not start.
 */
export async function runTranscriptSelfTest(backend: PqBackend): Promise<void> {
  try {
    const answers: TranscriptAnswers = JSON.parse(readFileSync(FIXTURE_URL, 'utf8'))
    const outer = { initiator: bytes(answers.opkI), responder: bytes(answers.opkR) }
    await testProfile(backend, answers, PQ_PROFILE, answers.pq)
    await testProfile(backend, answers, hybridProfile(outer), answers.hybrid)
  } catch (cause) {
    throw new CryptoError('CRYPTO_SELFTEST', `handshake self-test failed on ${backend.name}: ${errorMessage(cause)}`, {
      cause,
      remedy: 'do not run on this host: its cryptography gives wrong answers; try another Node.js build',
    })
  }
}

async function testProfile(
  backend: PqBackend,
  answers: TranscriptAnswers,
  profile: HandshakeProfile,
  expected: ProfileAnswers,
): Promise<void> {
  const [idI, idR] = [
    await identityKey(backend, answers.identitySeedI),
    await identityKey(backend, answers.identitySeedR),
  ]
  const secrets = { ssI: bytes(answers.ssI), ssR: bytes(answers.ssR) }
  const responder = { ekI: bytes(answers.ekI), ekR: bytes(answers.ekR), ctI: bytes(answers.ctI), idR }
  const initiator = { sigR: bytes(expected.sigR), ctR: bytes(answers.ctR), idI }
  const sigI = bytes(expected.sigI)
  const dR = responderDigest(profile, responder, secrets.ssI)
  const dI = initiatorDigest(profile, responder, initiator, secrets)
  check(toHex(dR) === expected.dR && toHex(dI) === expected.dI, 'digest')
  check(await backend.verify(initiator.sigR, dR, idR), 'signature of the responder')
  check(await backend.verify(sigI, dI, idI), 'signature of the initiator')
  const { i2r, r2i, transcriptHash } = sessionKeys(profile, responder, initiator, sigI, secrets)
  check(toHex(i2r) === expected.i2r && toHex(r2i) === expected.r2i, 'traffic secret')
  check(toHex(transcriptHash) === expected.th, 'transcript hash')
}

async function identityKey(backend: PqBackend, seed: string): Promise<Uint8Array> {
  const signer = await backend.importSigner(bytes(seed))
  signer.dispose()
  return signer.publicKey
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`a ${what} is wrong`)
}

function bytes(hex: string): Uint8Array {
  const value = fromHex(hex)
  if (value === undefined) throw new Error('the known answers are not hex')
  return value
}
