import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSignatureVerifier, type PqBackend, type Signer, selectPqBackend } from '@montana/crypto'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import {
  createRegistry,
  documentText,
  type HostDocument,
  type RegistryDocument,
  signDocument,
  type TrustRoot,
} from '../src/index.js'

export const NOW = Date.parse('2026-05-01T12:00:00.000Z')
export const DAY_MS = 86_400_000
export const NETWORK = 'montana.test'

let backend: PqBackend | undefined

beforeAll(async () => {
  backend = await selectPqBackend()
})
afterAll(async () => {
  await backend?.close()
})

/** Whoever makes it for more than a test removes it. */
export function folderOfAll(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'montana-fleet-'))
}

/** A folder that goes away with the test. */
export async function scratch(): Promise<string> {
  const folder = await folderOfAll()
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

function pq(): PqBackend {
  if (!backend) throw new Error('no backend')
  return backend
}

export const verify: ReturnType<typeof createSignatureVerifier> = (signature, message, key) =>
  createSignatureVerifier(pq())(signature, message, key)

/** A key whose seed is 32 times `byte`. */
export async function signerOf(byte: number): Promise<Signer> {
  return await pq().importSigner(new Uint8Array(32).fill(byte))
}

export const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
export const bytesOf = (document: RegistryDocument) => new TextEncoder().encode(documentText(document))

export interface Fleet {
  readonly signers: readonly Signer[]
  readonly trust: TrustRoot
  /** `operators.json`. */
  readonly trustText: string
}

export async function fleetOf(operators: number, threshold: number): Promise<Fleet> {
  const signers = await Promise.all(Array.from({ length: operators }, (_, index) => signerOf(100 + index)))
  const entries = signers.map(({ publicKey }, index) => ({ id: `op${index}`, label: `Operator ${index}`, publicKey }))
  return {
    signers,
    trust: { network: NETWORK, version: 1, threshold, keys: new Map(entries.map((e) => [e.id, e.publicKey])) },
    trustText: JSON.stringify({
      network: NETWORK,
      version: 1,
      threshold,
      operators: entries.map(({ id, label, publicKey }) => ({ id, label, public_key: base64(publicKey) })),
    }),
  }
}

export async function hostOf(name: string, byte: number, over: Partial<HostDocument> = {}): Promise<HostDocument> {
  const { publicKey } = await signerOf(byte)
  return {
    name,
    label: name.toUpperCase(),
    address: `192.0.2.${byte}`,
    key_type: 'ml-dsa-65',
    public_key: base64(publicKey),
    domain_of_failure: { provider: 'p1', country: 'NL' },
    is_new: false,
    revoked: false,
    previous: null,
    ...over,
  }
}

export async function draftOf(over: Partial<RegistryDocument> = {}): Promise<RegistryDocument> {
  const hosts = [await hostOf('amsterdam', 10), await hostOf('moscow', 20)]
  return { ...createRegistry({ network: NETWORK, issuedAtMs: NOW, validMs: 90 * DAY_MS, hosts }), ...over }
}

export async function signedBy(
  document: RegistryDocument,
  { signers }: Fleet,
  indices: readonly number[],
): Promise<RegistryDocument> {
  let signed = document
  for (const index of indices) {
    const signer = signers[index]
    if (signer) signed = await signDocument(signed, `op${index}`, signer)
  }
  return signed
}
