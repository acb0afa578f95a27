import { type PqBackend, peerIdOf, type Signer } from '@montana/crypto'
import { errorCode } from '@montana/foundation'
import {
  checkRemoteIdentity,
  type HandshakeModules,
  initiate,
  LIMITS,
  respond,
  streamChannel,
} from '@montana/transport'
import type { Pq } from '../backends.js'
import type { PinnedHandshake } from './pinned.js'
import { type Recording, recordedRemote } from './recorded-remote.js'

export type Role = 'initiator' | 'responder'

export interface RoleRun extends Recording {
  readonly backend: Pq
  readonly handshake: PinnedHandshake
  /** PeerId; an initiator refuses every other one. */
  readonly dialled: string | undefined
}

export interface RoleEnd {
  /** `ok`, or the code with which the role ended. */
  readonly end: string
  /** Messages that it has sent. */
  readonly sent: number
}

/** What a role makes of recorded messages, over the channel that a node reads them from. */
export async function runRole(run: RoleRun): Promise<RoleEnd> {
  const near = recordedRemote(run)
  const { signal } = new AbortController()
  const { channel } = streamChannel(near, LIMITS.handshake, signal)
  let sent = 0
  const send = (bytes: Uint8Array) => {
    sent += 1
    return channel.send(bytes)
  }
  try {
    await (run.role === 'initiator' ? initiate : respond)(modulesOf(run), { ...channel, send }, signal)
    return { end: 'ok', sent }
  } catch (error) {
    return { end: errorCode(error), sent }
  } finally {
    near.abort(new Error('the case is over'))
  }
}

function modulesOf({ role, backend, handshake, dialled }: RoleRun): HandshakeModules {
  const signer = recordedSigner(role, handshake)
  const own = peerIdOf(signer.publicKey)
  return {
    profile: handshake.profile,
    backend: withoutRandomness(role, backend, handshake),
    signer,
    checkRemote: (key) => checkRemoteIdentity({ remote: peerIdOf(key), own, dialled }),
  }
}

/**
 * What the role itself draws is pinned: its KEM key, and what it encapsulates. Everything that it checks (keys,
 * ciphertexts, signatures) runs on the backend itself.
 */
function withoutRandomness(
  role: Role,
  backend: Pq,
  { inputs, responder, initiator, secrets }: PinnedHandshake,
): PqBackend {
  const isInitiator = role === 'initiator'
  const cipherText = isInitiator ? initiator.ctR : responder.ctI
  const sharedSecret = isInitiator ? secrets.ssR : secrets.ssI
  return {
    name: backend.name,
    generateKem: () => backend.importKem(isInitiator ? inputs.kemI : inputs.kemR),
    encapsulate: async (publicKey, signal) => {
      await backend.encapsulate(publicKey, signal)
      return { cipherText, sharedSecret: sharedSecret.slice() }
    },
    importSigner: (seed) => backend.importSigner(seed),
    verify: (...args) => backend.verify(...args),
    close: async () => {},
  }
}

function recordedSigner(role: Role, { responder, initiator, sigI }: PinnedHandshake): Signer {
  const isInitiator = role === 'initiator'
  return {
    publicKey: isInitiator ? initiator.idI : responder.idR,
    sign: async () => (isInitiator ? sigI : initiator.sigR),
    dispose: () => {},
  }
}
