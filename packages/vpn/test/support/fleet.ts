import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSignatureVerifier, type PqBackend, type Signer, selectPqBackend } from '@montana/crypto'
import { type DocumentSource, documentText, parseSource, signDocument, type TrustRoot } from '@montana/fleet'
import {
  createRoster,
  putEntry,
  type RosterDocument,
  type RosterEntry,
  reviseRoster,
  revokeEntries,
} from '@montana/fleet/roster'
import { formatTime } from '@montana/foundation'
import type { VpnSyncModules } from '../../src/index.js'

const NETWORK = 'vpn.test'
const DAY_MS = 86_400_000

/** One operator who signs rosters, and the two files from which the hosts take them. */
export class TestFleet {
  readonly sources: readonly [string, string]
  #roster: RosterDocument

  private constructor(
    readonly folder: string,
    readonly backend: PqBackend,
    readonly signer: Signer,
  ) {
    this.sources = [join(folder, 'published-1.json'), join(folder, 'published-2.json')]
    this.#roster = createRoster(NETWORK, { issuedAtMs: Date.now(), validMs: DAY_MS })
  }

  static async create(): Promise<TestFleet> {
    const backend = await selectPqBackend()
    const signer = await backend.importSigner(new Uint8Array(32).fill(7))
    return new TestFleet(await mkdtemp(join(tmpdir(), 'montana-vpn-')), backend, signer)
  }

  get trust(): TrustRoot {
    return { network: NETWORK, version: 1, threshold: 1, keys: new Map([['op', this.signer.publicKey]]) }
  }

  get operatorsText(): string {
    const public_key = Buffer.from(this.signer.publicKey).toString('base64')
    const operators = [{ id: 'op', label: 'Operator', public_key }]
    return JSON.stringify({ network: NETWORK, version: 1, threshold: 1, operators })
  }

  get roster(): RosterDocument {
    return this.#roster
  }

  /** The next version, with these entries put into it. */
  async put(entries: readonly RosterEntry[], validMs = DAY_MS): Promise<RosterDocument> {
    return await this.issue(entries.reduce(putEntry, this.#roster.entries), validMs)
  }

  async revoke(label: string): Promise<RosterDocument> {
    return await this.issue(revokeEntries(this.#roster.entries, label))
  }

  async issue(entries: readonly RosterEntry[], validMs = DAY_MS): Promise<RosterDocument> {
    const draft = reviseRoster(this.#roster, entries, { issuedAtMs: Date.now(), validMs })
    this.#roster = await signDocument(draft, 'op', this.signer)
    await this.publish(this.#roster)
    return this.#roster
  }

  async sign(document: RosterDocument): Promise<RosterDocument> {
    return await signDocument({ ...document, signatures: [] }, 'op', this.signer)
  }

  async publish(document: RosterDocument): Promise<void> {
    for (const source of this.sources) await writeFile(source, documentText(document))
  }

  get modules(): Pick<VpnSyncModules, 'sources' | 'verify'> {
    const sources: DocumentSource[] = this.sources.map((source) => parseSource(source, 'roster'))
    return { sources, verify: { trust: this.trust, verify: createSignatureVerifier(this.backend) } }
  }

  async close(): Promise<void> {
    await this.backend.close()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Authorised from now on. */
export function entryOf(
  label: string,
  over: Pick<RosterEntry, 'wg_pub' | 'tunnel_ip' | 'endpoint'> & Partial<RosterEntry>,
): RosterEntry {
  const nowMs = Date.now()
  return {
    node_id: Buffer.from(label).toString('hex').padEnd(64, '0'),
    label,
    valid_from: formatTime(nowMs),
    valid_to: formatTime(nowMs + DAY_MS),
    state: 'active',
    sig_node: null,
    ...over,
  }
}
