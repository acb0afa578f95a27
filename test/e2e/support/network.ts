import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deriveIdentity, type Identity } from '@montana/crypto'
import { toHex } from '@montana/foundation'
import { devnetGenesis, formatGenesisJson, type GenesisDocument, genesisHash } from '@montana/ledger'
import { saveIdentity } from '@montana/node'
import type { NodeStatus } from '@montana/node/settings'
import { freePort } from '../../support/ports.js'
import { type Running, startMontana, until } from './montana.js'
import { NodeView } from './node-view.js'

/** Characters of the last words of a node. */
const TAIL = 500
/** Few enough that a clock costs nothing here, enough for a proof of 256 segments. */
const D0 = 100_000

export interface Member {
  readonly label: string
  readonly dataDir: string
  readonly identity: Identity
  readonly listen: string
}

/** Nodes on loopback, and the documents that make them a network. */
export interface NetworkFiles {
  readonly dir: string
  readonly document: GenesisDocument
  readonly genesisHash: Uint8Array
  /** The discovery manifest, JSON. */
  readonly manifest: string
  readonly members: readonly Member[]
}

/**
 * `labels`: genesis operators of equal weight; the first is the last resort of every list of proposers. `observers` are
 * in the manifest only.
 */
export async function makeNetwork(
  dir: string,
  labels: readonly string[],
  observers: readonly string[] = [],
  d0 = D0,
): Promise<NetworkFiles> {
  const members = await Promise.all([...labels, ...observers].map((label) => makeMember(dir, label)))
  const operators = members.slice(0, labels.length).map(({ label, identity: { publicKeys: keys } }) => {
    return { label, nodePublicKey: keys.node, accountPublicKey: keys.account }
  })
  const plain = devnetGenesis(operators)
  const document: GenesisDocument = { ...plain, params: { ...plain.params, d0 } }
  // By name: whom a node asks first must not depend on who is the last resort.
  const peers = members.map(manifestEntry).sort((a, b) => a.label.localeCompare(b.label))
  const manifest = JSON.stringify({ network_name: document.networkName, peers })
  writeFileSync(join(dir, 'genesis.json'), formatGenesisJson(document))
  writeFileSync(join(dir, 'manifest.json'), manifest)
  return { dir, document, genesisHash: genesisHash(document), manifest, members }
}

async function makeMember(dir: string, label: string): Promise<Member> {
  const dataDir = join(dir, label)
  mkdirSync(dataDir)
  const identity = await devnetIdentity(label)
  await saveIdentity(dataDir, identity)
  return { label, dataDir, identity, listen: `/ip4/127.0.0.1/tcp/${await freePort()}` }
}

/** As `montana devnet` derives it. */
export async function devnetIdentity(label: string): Promise<Identity> {
  return await deriveIdentity(new Uint8Array(createHash('sha256').update(`montana-devnet/${label}`).digest()))
}

function manifestEntry({ label, identity, listen }: Member, index: number) {
  const { peerId, accountId, nodeId } = identity
  const ids = { peer_id: peerId, account_id_hex: toHex(accountId), node_id_hex: toHex(nodeId) }
  return { label, multiaddr: listen, ...ids, bootstrap: index === 0 }
}

/** Where a node runs that shares not everything with the test: on a disk or within limits of its own. */
export interface Place {
  /** What starts a command there. */
  readonly within: readonly string[]
  /** Its data directory as the test finds it, where that is another one. */
  readonly seen?: string
}

/** One real node of the network, in a process of its own that ends with the test. */
export class MemberProcess {
  readonly member: Member
  readonly #args: readonly string[]
  readonly #view: NodeView
  readonly #place: Place | undefined
  #running: Running

  constructor(
    { dir }: NetworkFiles,
    member: Member,
    flags: readonly string[] = [],
    env: Record<string, string> = {},
    place?: Place,
  ) {
    this.member = member
    this.#place = place
    this.#view = new NodeView(place?.seen ?? member.dataDir)
    const files = ['--genesis', join(dir, 'genesis.json'), '--genesis-manifest', join(dir, 'manifest.json')]
    const address = ['--listen', member.listen, '--status-listen', '127.0.0.1:0', '--label', member.label]
    this.#args = ['start', '--data-dir', member.dataDir, ...files, ...address, '--min-window-ms', '500', ...flags]
    this.#running = this.#start(env)
  }

  get label(): string {
    return this.member.label
  }

  get pid(): number | undefined {
    return this.#running.child.pid
  }

  get isRunning(): boolean {
    const { exitCode, signalCode } = this.#running.child
    return exitCode === null && signalCode === null
  }

  /** Everything it wrote to stderr, once it has ended. */
  get finished() {
    return this.#running.finished
  }

  signal(name: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT' | 'SIGTERM'): void {
    this.#running.child.kill(name)
  }

  /** Starts it again after it has ended. */
  async restart(env: Record<string, string> = {}): Promise<void> {
    await this.#running.finished
    this.#running = this.#start(env)
  }

  status(): Promise<NodeStatus> {
    return this.#view.status()
  }

  /** Sum of the samples of a metric whose labels contain `labels`, each `name="value"`. */
  metric(name: string, ...labels: string[]): Promise<number> {
    return this.#view.metric(name, ...labels)
  }

  /** Its head; −1 while it does not answer. */
  head(): Promise<number> {
    return this.#view.head()
  }

  async reaches(window: number, timeoutMs: number): Promise<void> {
    const hasReached = async () => (await this.head()) >= window
    await until(hasReached, timeoutMs, `${this.label} reaches window ${window}`).catch(async (error: Error) => {
      throw new Error(`${error.message}; ${await this.#condition()}`)
    })
  }

  /** What a test that waited for it in vain would like to know. */
  async #condition(): Promise<string> {
    if (this.isRunning) return `it says ${await this.status().then(JSON.stringify, String)}`
    const { code, stderr } = await this.finished
    return `it ended with ${code}: ${stderr.slice(-TAIL)}`
  }

  /** What it says on /readyz. */
  readiness(): Promise<number> {
    return this.#view.readiness()
  }

  #start(env: Record<string, string>): Running {
    return startMontana(this.#args, env, undefined, false, this.#place?.within)
  }
}
