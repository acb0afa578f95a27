import type { Signer } from '@montana/crypto'
import { canonicalJson } from '@montana/foundation'
import type { DocumentVerifier } from '../document.js'
import { fromBase64, toBase64 } from '../fields.js'
import type { RosterEntry } from './form.js'

/** "mt-roster-entry" ‖ 0x00 ‖ JCS of the entry without its signature. Spec operations 12.2. */
export function rosterEntryBytes({ sig_node: _, ...facts }: RosterEntry): Uint8Array {
  return new TextEncoder().encode(`mt-roster-entry\0${canonicalJson(facts)}`)
}

export async function signRosterEntry(entry: RosterEntry, signer: Pick<Signer, 'sign'>): Promise<RosterEntry> {
  return { ...entry, sig_node: toBase64(await signer.sign(rosterEntryBytes(entry))) }
}

/** `key`: 1952 bytes. False too where the entry is not signed. */
export async function nodeSigned(entry: RosterEntry, key: Uint8Array, verify: DocumentVerifier): Promise<boolean> {
  if (entry.sig_node === null) return false
  return await verify(fromBase64(entry.sig_node), rosterEntryBytes(entry), key)
}
