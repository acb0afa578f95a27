import type { BreathVerifier } from '../types.js'

/** Own commits are known as such even while the registry does not list this host yet. */
export function withOwnKey(verifier: BreathVerifier, node: string, publicKey: Uint8Array): BreathVerifier {
  return {
    hosts: () => verifier.hosts(),
    keysOf: (host) => (host === node ? [publicKey, ...verifier.keysOf(host)] : verifier.keysOf(host)),
    verify: (signature, message, key) => verifier.verify(signature, message, key),
  }
}
