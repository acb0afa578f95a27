import { randomBytes } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type PqBackend, type Signer, selectPqBackend } from '@montana/crypto'
import {
  createManifest,
  documentText,
  type ManifestDocument,
  type ManifestPeerDocument,
  operatorsText,
  signDocument,
} from '@montana/fleet'
import { toHex } from '@montana/foundation'
import { onTestFinished } from 'vitest'
import type { Member, NetworkFiles } from './network.js'

const DAY_MS = 86_400_000

/** Three operators, two of whom sign. */
export interface Operators {
  readonly path: string
  sign(document: ManifestDocument, signers?: readonly number[]): Promise<ManifestDocument>
}

export async function makeOperators(dir: string, network: string): Promise<Operators> {
  const backend = await backendOfTest()
  const signers = await Promise.all([0, 1, 2].map(() => backend.importSigner(new Uint8Array(randomBytes(32)))))
  const path = join(dir, 'operators.json')
  const operators = signers.map(({ publicKey }, index) => ({
    ...{ id: `op${index}`, label: `Operator ${index}` },
    public_key: Buffer.from(publicKey).toString('base64'),
  }))
  writeFileSync(path, operatorsText({ network, version: 1, threshold: 2, operators }))
  return { path, sign: (document, by = [0, 2]) => signBy(document, signers, by) }
}

async function signBy(document: ManifestDocument, signers: readonly Signer[], by: readonly number[]) {
  let signed = document
  for (const index of by) signed = await signDocument(signed, `op${index}`, signers[index] as Signer)
  return signed
}

async function backendOfTest(): Promise<PqBackend> {
  const backend = await selectPqBackend()
  onTestFinished(() => backend.close())
  return backend
}

export function peerEntry({ label, identity, listen }: Member, over: Partial<ManifestPeerDocument> = {}) {
  return {
    label,
    multiaddr: listen,
    peer_id: identity.peerId,
    account_id_hex: toHex(identity.accountId),
    node_id_hex: toHex(identity.nodeId),
    bootstrap: false,
    node_pubkey_hex: toHex(identity.publicKeys.node),
    ...over,
  }
}

/** Of these members, the first of whom is the bootstrap; unsigned. */
export function draftOf(
  network: string,
  members: readonly Member[],
  over: Partial<ManifestDocument> = {},
): ManifestDocument {
  const issue = { issuedAtMs: Date.now(), validMs: 90 * DAY_MS }
  const peers = members.map((member, index) => peerEntry(member, { bootstrap: index === 0 }))
  return { ...createManifest(network, issue, peers), ...over }
}

/** Replaces the manifest that the nodes of `network` were given, by a rename. */
export function publish({ dir }: NetworkFiles, document: ManifestDocument | string): void {
  const text = typeof document === 'string' ? document : documentText(document)
  writeFileSync(join(dir, 'manifest.json.new'), text)
  renameSync(join(dir, 'manifest.json.new'), join(dir, 'manifest.json'))
}
