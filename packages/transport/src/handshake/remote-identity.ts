import { TransportError } from '../errors.js'

/** PeerIds, `Qm…`. */
export interface RemoteIdentity {
  /** Proven by the handshake signature. */
  readonly remote: string
  readonly own: string
  /** Of an outbound attempt that named one. */
  readonly dialled: string | undefined
}

/**
 * The own identity first, then the dialled one: spec transport 4.4. js-libp2p compares neither. Throws HS_SELF or
 * HS_PEER_MISMATCH.
 */
export function checkRemoteIdentity({ remote, own, dialled }: RemoteIdentity): void {
  if (remote === own) throw new TransportError('HS_SELF', 'the remote identity is the own one')
  if (dialled === undefined || dialled === remote) return
  const metadata = { expected: dialled, actual: remote }
  throw new TransportError('HS_PEER_MISMATCH', `dialled ${dialled}, found ${remote}`, metadata)
}
