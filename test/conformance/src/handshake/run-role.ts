import type { PqBackend, Signer } from '@montana/crypto'
import { errorCode } from '@montana/foundation'
import { type HandshakeChannel, initiate, respond } from '@montana/transport'
import type { Pq } from '../backends.js'
import type { PinnedHandshake } from './pinned.js'

export type Role = 'initiator' | 'responder'

/** A remote that has sent all that it will ever send. */
function recorded(received: readonly Uint8Array[]): HandshakeChannel {
  const messages = [...received]
  return {
    receive: async (prefixBytes, bodyBytes) => {
      const wire = messages.shift() ?? new Uint8Array(prefixBytes)
      const length = bodyBytes(wire.subarray(0, prefixBytes))
      return wire.slice(prefixBytes, prefixBytes + length)
    },
    send: async () => {},
  }
}

/** What a role makes of recorded messages: `ok`, or the code with which it ended. */
export async function runRole(
  role: Role,
  backend: Pq,
  handshake: PinnedHandshake,
  received: readonly Uint8Array[],
): Promise<string> {
  const { profile } = handshake
  const modules = {
    profile,
    backend: withoutRandomness(role, backend, handshake),
    signer: recordedSigner(role, handshake),
    checkRemote: () => {},
  }
  const run = role === 'initiator' ? initiate : respond
  try {
    await run(modules, recorded(received), new AbortController().signal)
    return 'ok'
  } catch (error) {
    return errorCode(error)
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
