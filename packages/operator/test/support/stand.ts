import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deriveIdentity, type PqBackend, selectPqBackend } from '@montana/crypto'
import {
  createJoinRequest,
  createManifest,
  documentText,
  type ManifestDocument,
  operatorsText,
  peerOfRequest,
  revise,
  signDocument,
} from '@montana/fleet'
import { devnetGenesis, formatGenesisJson } from '@montana/ledger'
import { createServices } from '@montana/release'
import { onTestFinished } from 'vitest'
import type { Examination } from '../../src/doctor/doctor.js'
import { type OnboardModules, type OnboardOptions, onboard, type PlannedStep } from '../../src/index.js'

const DAY_MS = 86_400_000
const ACCOUNTS = {
  passwd: 'root:x:0:0:root:/root:/bin/bash\n',
  group: 'root:x:0:\n',
  shadow: 'root:*:1::::::\n',
  gshadow: 'root:*::\n',
}
/** What is not examined here: a host on which nothing is wrong. */
const HEALTHY: Examination = {
  checks: [],
  clock: { backend: 'native-shani', notice: null, stepsPerSecond: 1e7, d: null },
}

/** The few files of a system without anything in it, a release of three files, and the documents of a mesh. */
export class Stand {
  readonly folder: string
  readonly root: string
  readonly #backend: PqBackend
  #manifest: ManifestDocument

  private constructor(folder: string, backend: PqBackend, manifest: ManifestDocument) {
    this.folder = folder
    this.root = join(folder, 'root')
    this.#backend = backend
    this.#manifest = manifest
  }

  static async create(): Promise<Stand> {
    const folder = mkdtempSync(join(tmpdir(), 'montana-operator-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const backend = await selectPqBackend()
    onTestFinished(async () => await backend.close())
    const stand = new Stand(folder, backend, await firstManifest(folder))
    stand.#makeRoot()
    stand.#makeRelease()
    await stand.#makeOperators()
    await stand.sign()
    return stand
  }

  path(name: string): string {
    return join(this.folder, name)
  }

  inRoot(path: string): string {
    return join(this.root, path)
  }

  /** Puts the present manifest, signed, where onboarding is told to find it. */
  async sign(): Promise<void> {
    const signer = await this.#backend.importSigner(SEED)
    this.#manifest = await signDocument(this.#manifest, 'anna', signer)
    writeFileSync(this.path('manifest.json'), documentText(this.#manifest))
  }

  /** The next version, with the node of a join request. */
  async admit(request: Parameters<typeof peerOfRequest>[0]): Promise<void> {
    const peers = [...this.#manifest.peers, peerOfRequest(request)]
    this.#manifest = revise(this.#manifest, { peers }, { issuedAtMs: Date.now(), validMs: DAY_MS })
    await this.sign()
  }

  options(changes: Partial<OnboardOptions> = {}): OnboardOptions {
    const given = {
      manifest: this.path('manifest.json'),
      operators: this.path('operators.json'),
      genesis: this.path('genesis.json'),
    }
    const node = { label: 'armenia', listen: '/ip4/127.0.0.1/tcp/8444', address: '/ip4/127.0.0.1/tcp/8444' }
    return {
      ...{ root: this.root, staged: this.path('staged'), releaseKey: 'ab\n', ...given, ...node, sources: [] },
      ...{ mnemonicOut: this.path('words.txt'), restoreFrom: undefined, openMesh: false },
      ...{ requestOnly: false, requireSynced: false, isAdopting: false, ...changes },
    }
  }

  /** Onboarding in this process, without starting anything. */
  async onboard(changes: Partial<OnboardOptions> = {}, { isDryRun = false, isAgreed = true } = {}) {
    let plan: readonly PlannedStep[] = []
    const did: Record<string, string> = {}
    const modules: OnboardModules = {
      ...{ options: this.options(changes), services: createServices(this.root, 'none'), isDryRun },
      signal: new AbortController().signal,
      doctor: async () => HEALTHY,
      events: {
        checks: () => {},
        plan: (steps) => {
          plan = steps
        },
        isAgreed: async () => isAgreed,
        step: (name, done) => {
          did[name] = done.did
        },
      },
    }
    const outcome = await onboard(modules)
    return { outcome, plan, did }
  }

  #makeRoot(): void {
    for (const folder of ['etc/systemd/system', 'opt', 'usr/local/bin', 'var/lib', 'var/backups']) {
      mkdirSync(this.inRoot(folder), { recursive: true })
    }
    for (const [name, text] of Object.entries(ACCOUNTS)) writeFileSync(this.inRoot(`etc/${name}`), text)
  }

  #makeRelease(): void {
    mkdirSync(this.path('staged/bin'), { recursive: true })
    writeFileSync(this.path('staged/bin/montana'), '#!/bin/sh\n')
    chmodSync(this.path('staged/bin/montana'), 0o755)
    const release = { schema: 'montana.release/1', version: '1.0.0', app_sha256: 'a'.repeat(64) }
    // The script works with a closed umask.
    writeFileSync(this.path('staged/RELEASE.json'), JSON.stringify(release), { mode: 0o600 })
  }

  async #makeOperators(): Promise<void> {
    const { publicKey } = await this.#backend.importSigner(SEED)
    const operators = [{ id: 'anna', label: 'Anna', public_key: Buffer.from(publicKey).toString('base64') }]
    const network = this.#manifest.network
    writeFileSync(this.path('operators.json'), operatorsText({ network, version: 1, threshold: 1, operators }))
  }
}

const SEED = new Uint8Array(32).fill(3)

/** A mesh of one genesis operator, whose entry is made as a join request makes one. */
async function firstManifest(folder: string): Promise<ManifestDocument> {
  const label = 'moscow'
  const identity = await deriveIdentity(new Uint8Array(createHash('sha256').update(label).digest()))
  const { node: nodePublicKey, account: accountPublicKey } = identity.publicKeys
  const genesis = devnetGenesis([{ label, nodePublicKey, accountPublicKey }])
  writeFileSync(join(folder, 'genesis.json'), formatGenesisJson(genesis))
  const network = genesis.networkName
  const notAfter = new Date(Date.now() + DAY_MS)
  const request = await createJoinRequest({ identity, network, label, address: '/ip4/127.0.0.1/tcp/9', notAfter })
  const entry = peerOfRequest(JSON.parse(Buffer.from(request).toString()))
  return createManifest(network, { issuedAtMs: Date.now(), validMs: DAY_MS }, [{ ...entry, bootstrap: true }])
}
