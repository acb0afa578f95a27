import { atWorkRank, type PqBackend, type Signer } from '@montana/crypto'
import { concatBytes, errorCode, isAbort } from '@montana/foundation'
import type { HandshakePermit } from '../admission/signature-gate.js'
import { MESSAGE_1_BYTES, MESSAGE_2_BYTES, MESSAGE_3_BYTES } from '../constants.js'
import { TransportError } from '../errors.js'
import { type HandshakeChannel, padMessage, parseMessage2, parseMessage3, readMessage } from './message.js'
import type { HandshakeProfile } from './profile.js'
import { initiatorDigest, responderDigest, type SessionKeys, sessionKeys } from './transcript.js'

export interface HandshakeModules {
  readonly profile: HandshakeProfile
  readonly backend: PqBackend
  readonly signer: Signer
  /** Throws when the authenticated identity (raw key, 1952 bytes) must not be talked to. */
  readonly checkRemote: (identityKey: Uint8Array) => void
  /** Gate 3 of spec transport 10.2: the right to one signature, asked for by a responder. Without it there is no bound. */
  readonly permit?: (signal: AbortSignal) => Promise<HandshakePermit>
  /** Called before each signature; `undefined` where no permit was asked for. */
  readonly onSigning?: (permit: HandshakePermit | undefined) => void
}

export interface HandshakeResult {
  /** The remote's raw ML-DSA-65 key, proven. */
  readonly remoteKey: Uint8Array
  readonly keys: SessionKeys
}

/**
 * I of spec transport 4.4: the responder is authenticated and accepted before the own identity leaves the node. Its work
 * waits behind that of inbound handshakes of the manifest lane (10.2).
 */
export async function initiate(
  modules: HandshakeModules,
  channel: HandshakeChannel,
  signal: AbortSignal,
): Promise<HandshakeResult> {
  return await atWorkRank('outbound', () => converse(modules, channel, signal))
}

async function converse(
  modules: HandshakeModules,
  channel: HandshakeChannel,
  signal: AbortSignal,
): Promise<HandshakeResult> {
  const { profile, backend, signer } = modules
  const kem = await guarded(backend.generateKem(signal))
  const secrets: Uint8Array[] = []
  try {
    await channel.send(padMessage(kem.publicKey))
    const { ekR, ctI, idR, sigR } = parseMessage2(await readMessage(channel, MESSAGE_2_BYTES))
    const ssI = await guarded(kem.decapsulate(ctI, signal))
    secrets.push(ssI)
    const responder = { ekI: kem.publicKey, ekR, ctI, idR }
    await verifyOrThrow(modules, sigR, responderDigest(profile, responder, ssI), idR, signal)
    modules.checkRemote(idR)
    const { cipherText: ctR, sharedSecret: ssR } = await guarded(backend.encapsulate(ekR, signal))
    secrets.push(ssR)
    const initiator = { sigR, ctR, idI: signer.publicKey }
    modules.onSigning?.(undefined)
    const sigI = await guarded(signer.sign(initiatorDigest(profile, responder, initiator, { ssI, ssR }), signal))
    await channel.send(padMessage(concatBytes(ctR, signer.publicKey, sigI)))
    return { remoteKey: idR, keys: sessionKeys(profile, responder, initiator, sigI, { ssI, ssR }) }
  } finally {
    kem.dispose()
    for (const secret of secrets) secret.fill(0)
  }
}

/** R of spec transport 4.4: no key, no secret and no signature is made without a permit. */
export async function respond(
  modules: HandshakeModules,
  channel: HandshakeChannel,
  signal: AbortSignal,
): Promise<HandshakeResult> {
  const ekI = await readMessage(channel, MESSAGE_1_BYTES)
  const permit = await modules.permit?.(signal)
  try {
    const rank = permit?.lane === 'stranger' ? 'stranger' : 'first'
    return await atWorkRank(rank, () => answer(modules, ekI, permit, channel, signal))
  } finally {
    permit?.release()
  }
}

async function answer(
  modules: HandshakeModules,
  ekI: Uint8Array,
  permit: HandshakePermit | undefined,
  channel: HandshakeChannel,
  signal: AbortSignal,
): Promise<HandshakeResult> {
  const { profile, backend, signer } = modules
  const kem = await guarded(backend.generateKem(signal))
  const secrets: Uint8Array[] = []
  try {
    const { cipherText: ctI, sharedSecret: ssI } = await guarded(backend.encapsulate(ekI, signal))
    secrets.push(ssI)
    const responder = { ekI, ekR: kem.publicKey, ctI, idR: signer.publicKey }
    modules.onSigning?.(permit)
    const sigR = await guarded(signer.sign(responderDigest(profile, responder, ssI), signal))
    await channel.send(padMessage(concatBytes(kem.publicKey, ctI, signer.publicKey, sigR)))
    const { ctR, idI, sigI } = parseMessage3(await readMessage(channel, MESSAGE_3_BYTES))
    const ssR = await guarded(kem.decapsulate(ctR, signal))
    secrets.push(ssR)
    const initiator = { sigR, ctR, idI }
    await verifyOrThrow(modules, sigI, initiatorDigest(profile, responder, initiator, { ssI, ssR }), idI, signal)
    modules.checkRemote(idI)
    return { remoteKey: idI, keys: sessionKeys(profile, responder, initiator, sigI, { ssI, ssR }) }
  } finally {
    kem.dispose()
    for (const secret of secrets) secret.fill(0)
  }
}

async function verifyOrThrow(
  modules: HandshakeModules,
  signature: Uint8Array,
  digest: Uint8Array,
  key: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  if (await guarded(modules.backend.verify(signature, digest, key, signal))) return
  throw new TransportError('HS_SIGNATURE', 'the handshake signature of the remote does not hold')
}

/** Gives a failure of the crypto backend the code that spec transport 18 knows it by. */
async function guarded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (isAbort(error) || error instanceof TransportError) throw error
    if (errorCode(error) === 'CRYPTO_KEM_KEY') {
      throw new TransportError('HS_KEM_KEY', 'the KEM key of the remote fails the FIPS 203 check', {}, error)
    }
    throw new TransportError('CRYPTO_BACKEND', 'the crypto backend failed', {}, error)
  }
}
