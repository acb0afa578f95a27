import { generateKeyPairSync } from 'node:crypto'
import { formatTime } from '@montana/foundation'
import { documentText, signDocument, verifyDocument } from '../src/index.js'
import { createRoster, type RosterDocument, type RosterEntry, rosterKind } from '../src/roster/index.js'
import { DAY_MS, type Fleet, NETWORK, NOW, verify } from './support.js'

/** A fresh X25519 public key in base64. */
export function wgKey(): string {
  const { publicKey } = generateKeyPairSync('x25519')
  return publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')
}

export function entry(label: string, number: number, over: Partial<RosterEntry> = {}): RosterEntry {
  return {
    node_id: Buffer.from(label).toString('hex').padEnd(64, '0'),
    label,
    wg_pub: wgKey(),
    tunnel_ip: `10.66.0.${number}/32`,
    endpoint: `192.0.2.${number}:51820`,
    valid_from: formatTime(NOW),
    valid_to: formatTime(NOW + 30 * DAY_MS),
    state: 'active',
    sig_node: null,
    ...over,
  }
}

export function rosterOf(entries: readonly RosterEntry[], over: Partial<RosterDocument> = {}): RosterDocument {
  return { ...createRoster(NETWORK, { issuedAtMs: NOW, validMs: 90 * DAY_MS }), entries: [...entries], ...over }
}

export async function signed(document: RosterDocument, { signers }: Fleet): Promise<RosterDocument> {
  const [signer] = signers
  return signer ? await signDocument(document, 'op0', signer) : document
}

/** As a host verifies it; rejects with the first rule that refuses it. */
export async function verifyRoster(bytes: Uint8Array, fleet: Fleet, nowMs = NOW, kind = rosterKind()) {
  return await verifyDocument(bytes, kind, { trust: fleet.trust, verify, nowMs })
}

export const bytesOfRoster = (document: unknown) =>
  new TextEncoder().encode(
    typeof document === 'string' ? document : documentText(document as Parameters<typeof documentText>[0]),
  )
