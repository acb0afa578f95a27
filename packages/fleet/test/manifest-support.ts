import { accountIdOf, nodeIdOf, peerIdOf, type Signer } from '@montana/crypto'
import { toHex } from '@montana/foundation'
import {
  createManifest,
  documentText,
  type ManifestDocument,
  type ManifestPeerDocument,
  type SignedDocument,
  signDocument,
} from '../src/index.js'
import { DAY_MS, type Fleet, NETWORK, NOW, signerOf } from './support.js'

/** Entry of the node whose key seed is 32 times `byte`. */
export async function nodeOf(label: string, byte: number, over: Partial<ManifestPeerDocument> = {}) {
  const { publicKey } = await signerOf(byte)
  return {
    label,
    multiaddr: `/ip4/192.0.2.${byte}/tcp/8444`,
    peer_id: peerIdOf(publicKey),
    account_id_hex: toHex(accountIdOf(1, (await signerOf(byte + 100)).publicKey)),
    node_id_hex: toHex(nodeIdOf(publicKey)),
    bootstrap: false,
    node_pubkey_hex: toHex(publicKey),
    ...over,
  }
}

export async function manifestOf(over: Partial<ManifestDocument> = {}): Promise<ManifestDocument> {
  const peers = [await nodeOf('moscow', 1, { bootstrap: true }), await nodeOf('helsinki', 2)]
  return { ...createManifest(NETWORK, { issuedAtMs: NOW, validMs: 90 * DAY_MS }, peers), ...over }
}

export async function signAll<T extends SignedDocument>(
  document: T,
  { signers }: Fleet,
  indices: readonly number[] = [0, 1],
): Promise<T> {
  let signed = document
  for (const index of indices) signed = await signDocument(signed, `op${index}`, signers[index] as Signer)
  return signed
}

export const textBytes = (text: string) => new TextEncoder().encode(text)
export const documentBytes = (document: SignedDocument) => textBytes(documentText(document))
