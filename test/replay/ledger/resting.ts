import { engineConfig } from '@montana/consensus'
import { createSignatureVerifier, type PqBackend } from '@montana/crypto'
import { seededRandom, silentLogger, systemTime } from '@montana/foundation'
import { loadBackend } from '@montana/native'
import { openStore, type Store } from '@montana/store'
import { createProofVerifier, createTimechain } from '@montana/timechain'
import { LedgerService } from '../../../packages/node/src/ledger-service.js'
import { createMetricsRegistry, createNodeMetrics } from '../../../packages/node/src/metrics.js'
import { Authenticator } from '../../../packages/node/src/runtime/authenticator.js'
import { ClockRunner } from '../../../packages/node/src/runtime/clock-runner.js'
import { DiskGate } from '../../../packages/node/src/runtime/disk-gate.js'
import { failpointFrom } from '../../../packages/node/src/runtime/failpoint.js'
import { Inbox } from '../../../packages/node/src/runtime/inbox.js'
import { AnchorKeeper } from '../../../packages/node/src/snapshot/keeper.js'
import { NodeRecord } from '../../../packages/node/src/status/node-record.js'
import { requestsTo } from '../../../packages/node/test/support/peers.js'
import type { Member, NetworkFiles } from '../../e2e/support/network.js'
import { type Heard, hand } from './messages.js'
import { type DurableState, durableState } from './state.js'

/** The ledger plane of a node over its own store after a restart, every part real; its clock stands, and it has no peer. */
export class RestingLedger {
  readonly #store: Store
  readonly #ledger: LedgerService
  readonly #inbox: Inbox
  readonly #disk: DiskGate
  readonly #clock: ClockRunner
  #heard: (outcome: string) => void = () => {}

  private constructor(
    parts: { store: Store; ledger: LedgerService; disk: DiskGate; clock: ClockRunner },
    authenticator: Authenticator,
  ) {
    this.#store = parts.store
    this.#ledger = parts.ledger
    this.#disk = parts.disk
    this.#clock = parts.clock
    const onOutcome = (_: unknown, __: unknown, outcome: string) => this.#heard(outcome)
    this.#inbox = new Inbox({ loop: parts.ledger.loop, authenticator, onBehind: () => {}, onOutcome })
  }

  static async open(files: NetworkFiles, { dataDir, identity }: Member, crypto: PqBackend): Promise<RestingLedger> {
    const { document, genesisHash } = files
    const { backend } = loadBackend()
    const time = systemTime
    const onFatal = (error: unknown) => {
      throw error
    }
    const store = openStore({ dir: dataDir, mode: 'write' })
    const disk = new DiskGate({ time, logger: silentLogger, onRefused: () => {}, onFatal })
    const clock = new ClockRunner({ timechain: createTimechain({ backend, time }), time, floorMs: 0 })
    const authenticator = new Authenticator(createSignatureVerifier(crypto), genesisHash)
    const writes = (write: () => void) => disk.attempt(write)
    const common = { genesisHash, selfNodeId: identity.nodeId, random: seededRandom(1), minWindowMs: 0 }
    const ledger = new LedgerService({
      ...{ document, identity, store, disk, authenticator, clock, backend, time, onFatal, logger: silentLogger },
      config: engineConfig(document, { ...common, verify: { kind: 'quorum' } }),
      verifier: createProofVerifier({ backend }),
      signer: await crypto.importSigner(identity.seeds.node),
      outbox: { broadcast: () => {}, send: () => {} },
      requests: requestsTo({}).requests,
      record: new NodeRecord(time),
      metrics: createNodeMetrics(createMetricsRegistry()),
      failpoint: failpointFrom(undefined),
      anchors: new AnchorKeeper({
        store,
        interval: 0,
        writes,
        wallMs: () => time.wallMs(),
        onAnchors: () => {},
        onFatal,
      }),
      checkpoint: undefined,
      enableCandidate: false,
      say: { evidence: () => {}, registration: () => {}, misbehaviour: () => {}, status: () => {} },
      handsOver: () => false,
      onWindow: () => {},
    })
    return new RestingLedger({ store, ledger, disk, clock }, authenticator)
  }

  get head(): number {
    return this.#ledger.loop.head
  }

  /** Of the journal, what was signed for windows up to `journalTo`: it may go on with the one that is open. */
  durable(journalTo: number): DurableState {
    return durableState(this.#store, journalTo)
  }

  /** All that a message could change in memory, as the objects of the immutable state. */
  get memory() {
    const { chain, values, confirmations, reveals, votes, vote, registrations, held } = this.#ledger.loop.state
    const { proposals, drafts } = vote
    return { chain, values, confirmations, reveals, votes, registrations, held, proposals, drafts }
  }

  /** What became of it. */
  say(peer: string, heard: Heard): Promise<string> {
    return new Promise((resolve) => {
      this.#heard = resolve
      hand({ inbox: this.#inbox, evidence: this.#ledger.evidence }, peer, heard)
    })
  }

  async close(): Promise<void> {
    this.#clock.stop()
    await this.#ledger.stop()
    this.#disk.stop()
    this.#store.close()
  }
}
