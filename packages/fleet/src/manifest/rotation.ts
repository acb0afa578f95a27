import type { Signer } from '@montana/crypto'
import { nodeIdOf } from '@montana/crypto'
import { canonicalJson, fromHex, toHex } from '@montana/foundation'
import type { DocumentVerifier } from '../document.js'
import { fromBase64, toBase64 } from '../fields.js'
import type { NodeRotation } from './form.js'

export interface RotationFacts {
  readonly network: string
  /** Lower hex. */
  readonly oldNodeId: string
  readonly newNodeId: string
}

/**
 * What each of the two keys signs: "mt-node-rotation" ‖ 0x00 ‖ JCS of network, both ids, and which of them signs, so that
 * the signature of one can never stand for that of the other. Spec operations 11.3.
 */
export function nodeRotationBytes({ network, oldNodeId, newNodeId }: RotationFacts, by: 'old' | 'new'): Uint8Array {
  const facts = canonicalJson({ network, old_node_id: oldNodeId, new_node_id: newNodeId, by })
  return new TextEncoder().encode(`mt-node-rotation\0${facts}`)
}

/** Both keys are at hand, on the host that changes its own. */
export async function signNodeRotation(network: string, before: Signer, after: Signer): Promise<NodeRotation> {
  const facts = { network, oldNodeId: toHex(nodeIdOf(before.publicKey)), newNodeId: toHex(nodeIdOf(after.publicKey)) }
  return {
    old_node_id: facts.oldNodeId,
    sig_old: toBase64(await before.sign(nodeRotationBytes(facts, 'old'))),
    sig_new: toBase64(await after.sign(nodeRotationBytes(facts, 'new'))),
  }
}

/** The part that needs no other document: the new key stands beside the old id. */
export async function isSignedByNew(
  network: string,
  entry: { readonly node_id_hex: string; readonly node_pubkey_hex: string },
  { old_node_id, sig_new }: NodeRotation,
  verify: DocumentVerifier,
): Promise<boolean> {
  const message = nodeRotationBytes({ network, oldNodeId: old_node_id, newNodeId: entry.node_id_hex }, 'new')
  return await verify(fromBase64(sig_new), message, keyBytes(entry.node_pubkey_hex))
}

/** `oldKeyHex`: of the entry before. */
export async function isSignedByOld(
  network: string,
  newNodeId: string,
  oldKeyHex: string,
  { old_node_id, sig_old }: NodeRotation,
  verify: DocumentVerifier,
): Promise<boolean> {
  const message = nodeRotationBytes({ network, oldNodeId: old_node_id, newNodeId }, 'old')
  return await verify(fromBase64(sig_old), message, keyBytes(oldKeyHex))
}

/** The form has checked the text. */
export function keyBytes(hex: string): Uint8Array {
  return fromHex(hex, hex.length / 2) ?? new Uint8Array()
}
