import {
  type ChainState,
  type Confirmation,
  decodeEnvelope,
  genesisChainState,
  type ProofVerdict,
} from '@montana/consensus'
import { silentLogger } from '@montana/foundation'
import { decodeNodeRegistration, registrationHash } from '@montana/ledger'
import { loadBackend } from '@montana/native'
import { openStore, type Store } from '@montana/store'
import { createProofVerifier } from '@montana/timechain'
import { onTestFinished, vi } from 'vitest'
import { Candidacy } from '../../src/candidate/candidacy.js'
import { WorkCheck } from '../../src/candidate/work-check.js'
import { initialiseStore } from '../../src/chain/restore.js'
import { type ChainOptions, extendChain, headOfChain } from './chain.js'
import { commitOf } from './commit.js'
import { diskGate } from './disk.js'
import { type Peer, requestsTo } from './peers.js'
import { temporaryDirectory, type World } from './world.js'

const { backend } = loadBackend()

/** A chain that advances window by window over the candidate's store, and the candidacy beside it. */
export class CandidateRun {
  readonly broadcast: Uint8Array[] = []
  readonly sent: string[] = []
  readonly fatal: unknown[] = []
  isSynced = true
  store: Store
  candidacy: Candidacy
  chain: ChainState
  readonly #world: World
  readonly #bodies = new Map<string, Uint8Array>()
  #confirmers: readonly Confirmation[] = []

  constructor(world: World) {
    this.#world = world
    this.chain = genesisChainState(world.document)
    this.store = this.#open(temporaryDirectory())
    this.candidacy = this.#start()
  }

  get window(): number {
    return this.chain.context.window
  }

  /** Applies `windows` more; after each one the candidacy hears of it, as from a node. */
  async advance(windows: number, options: Omit<ChainOptions, 'windows' | 'bodies'> = {}): Promise<void> {
    for (let i = 0; i < windows; i++) {
      const one = { ...options, windows: 1, bodies: this.#bodies }
      const built = headOfChain(await extendChain(this.#world, [], this.chain, one, this.#confirmers))
      this.store.commit(commitOf(built))
      this.#confirmers = decodeEnvelope(built.envelope).evidence
      this.chain = built.after
      this.candidacy.afterWindow(this.window, built.outcomes)
      await settled()
    }
  }

  /** Ends the process and starts another over the same store. */
  async restart(): Promise<void> {
    await this.candidacy.stop()
    this.store.close()
    this.store = openStore({ dir: this.store.dir, mode: 'write' })
    const { store } = this
    onTestFinished(() => store.close())
    this.candidacy = this.#start()
  }

  /** The registration that was broadcast last. */
  get registration() {
    const bytes = this.broadcast.at(-1)
    return bytes && decodeNodeRegistration(bytes)
  }

  async registered(count = 1): Promise<void> {
    await vi.waitUntil(() => this.broadcast.length >= count, 10_000)
  }

  #open(dir: string): Store {
    const store = openStore({ dir, mode: 'write' })
    onTestFinished(() => store.close())
    initialiseStore(store, this.#world.document)
    return store
  }

  #start(): Candidacy {
    const { identity, signer } = this.#world.candidate
    const candidacy = new Candidacy({
      store: this.store,
      disk: diskGate(),
      backend,
      identity,
      signer,
      logger: silentLogger,
      isEnabled: true,
      chainState: () => this.chain,
      isSynced: () => this.isSynced,
      broadcast: (bytes) => this.broadcast.push(bytes),
      send: (peerId) => this.sent.push(peerId),
      onFatal: (error) => this.fatal.push(error),
    })
    onTestFinished(() => candidacy.stop())
    return candidacy
  }
}

/** Time for some windows of small D. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 10))

/** What a node at the same head says of the work behind a registration, with `peers` to ask. */
export async function workVerdict(run: CandidateRun, bytes: Uint8Array, peers: Record<string, Peer>) {
  const verdicts: ProofVerdict[] = []
  const check = new WorkCheck({
    store: run.store,
    requests: requestsTo(peers).requests,
    verifier: createProofVerifier({ backend }),
    logger: silentLogger,
    chainState: () => run.chain,
    onVerdict: (_, verdict) => verdicts.push(verdict),
  })
  onTestFinished(() => check.stop())
  const hash = registrationHash(bytes)
  check.check({ type: 'verifyCandidate', hash, registration: decodeNodeRegistration(bytes) })
  await vi.waitUntil(() => verdicts.length > 0, 10_000)
  return verdicts[0]
}
