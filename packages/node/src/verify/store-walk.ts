import { type ChainState, contextHash, type Envelope, encodeContext, windowWeights } from '@montana/consensus'
import { MontanaError } from '@montana/foundation'
import { type MerkleHasher, stateRoots } from '@montana/ledger'
import type { StoredWindow, WindowHashes } from '@montana/store'
import { type CertifiedWindow, judgeCertificate } from './certificate.js'
import type { ClockCheck } from './clock-check.js'
import { compareWithHead, compareWithReplay } from './closing.js'
import { CLOSING_ATTEMPTS, WINDOWS_REMEMBERED } from './constants.js'
import { FaultList, readOrReport } from './fault-list.js'
import { headChain } from './head-chain.js'
import { JournalCheck } from './journal-check.js'
import { checkLink, hashesOf, type Predecessor } from './link-check.js'
import { type Network, type Networks, networkOf } from './network.js'
import { decodeOrFault } from './replay.js'
import { compareRow, type ExpectedRow } from './row-check.js'
import { stepsWithoutState } from './steps.js'
import type { StoreReader } from './store-reader.js'
import type { Beginning, NodeVerdict, VerifyModules } from './types.js'

export interface WalkModules {
  readonly networks: Networks
  readonly clock: ClockCheck
  readonly hasher: MerkleHasher | undefined
  readonly onWindow?: VerifyModules['onWindow']
}

/** One step of a walk: what other stores of the network must hold for this window too. Window 0 is the genesis. */
export interface WalkedWindow {
  readonly window: number
  readonly hash: Uint8Array | undefined
}

interface Found {
  readonly row: StoredWindow | undefined
  readonly envelope: Uint8Array | undefined
}

/** What an envelope says in any case. */
type ProvenRow = ExpectedRow & Pick<WindowHashes, 'proposalHash' | 'timechainValue'>

const NOTHING_KNOWN: Predecessor = { proposalHash: undefined, timechainValue: undefined }

/**
 * Proves one store. While the replay from genesis holds, every rule is checked (`#chain` is S_{W−1}); behind a window
 * that is lost or breaks a rule the walk goes on by hash links, with the keys of the last state that was reached.
 */
export class StoreWalk {
  readonly faults = new FaultList()
  readonly #label: string
  readonly #reader: StoreReader
  readonly #modules: WalkModules
  #network: Network | undefined
  #chain: ChainState | undefined
  #lastChain: ChainState | undefined
  #previous: Predecessor = NOTHING_KNOWN
  #window = 0
  #head = 0
  /** Behind the window that is walked now. */
  #weight: number | undefined
  #beginning: Beginning | null = null
  #first: number | null = null
  #last: number | null = null
  /** What the last windows must say, to compare the journal with. */
  readonly #recent = new Map<number, ExpectedRow>()
  readonly #counts = { proven: 0, recomputed: 0, certificates: 0 }

  constructor(label: string, reader: StoreReader, modules: WalkModules) {
    this.#label = label
    this.#reader = reader
    this.#modules = modules
  }

  get head(): number {
    return this.#head
  }

  /** Yields once per window, from 0 on and without a gap. Clock verdicts may still arrive after its end. */
  async *windows(): AsyncGenerator<WalkedWindow> {
    this.#checkDatabase()
    this.#openGenesis()
    yield { window: 0, hash: this.#network?.genesisHash }
    yield* this.#skipToBeginning()
    for (let attempt = 1; ; attempt++) {
      while (this.#hasWindow(this.#window + 1)) {
        this.#window++
        yield { window: this.#window, hash: await this.#walk(this.#window) }
      }
      if (this.#close()) break
      if (attempt === CLOSING_ATTEMPTS) throw tooBusy(this.#label)
    }
    const chain = this.#chain ?? this.#lastChain
    if (this.#network && chain) {
      const proven = (window: number) => this.#recent.get(window)
      const { authenticator, document } = this.#network
      const check = new JournalCheck({ chain, proven, authenticator, cementing: document.cementingRule }, this.faults)
      await check.run(this.#reader)
    }
  }

  verdict(): NodeVerdict {
    const { gaps, count: faultCount } = this.faults
    const [first, last, beginning] = [this.#first, this.#last, this.#beginning]
    return { label: this.#label, first, last, beginning, gaps, faults: this.faults.list(), faultCount, ...this.#counts }
  }

  close(): void {
    this.#reader.close()
  }

  #checkDatabase(): void {
    const found = readOrReport(this.faults, null, () => this.#reader.integrityFaults())
    for (const fault of found ?? []) this.faults.add(null, 'STORE_CORRUPT', fault)
    this.#head = readOrReport(this.faults, null, () => this.#reader.headWindow()) ?? 0
  }

  #openGenesis(): void {
    this.#network = networkOf(this.#reader, this.#modules.networks, this.faults)
    if (!this.#network) return
    const { genesis } = this.#network
    const { context, tables } = genesis
    const { timechainValue } = context
    this.#chain = genesis
    this.#previous = context
    const row = readOrReport(this.faults, 0, () => this.#reader.windowAt(0))
    const { stateRoot } = stateRoots(tables)
    const expected = { stateRoot, timechainValue, contextHash: contextHash(encodeContext(context)) }
    if (row) compareRow(row, expected, this.faults)
    else this.faults.add(0, 'STORE_ROW_MISSING', 'the row of window 0 is missing')
  }

  /**
   * A store that was begun from a snapshot, or pruned, cannot be replayed: the walk goes from there by hash links, with
   * the keys of the members that the tables of the head name; that these give the head's root is compared at the end.
   */
  *#skipToBeginning(): Generator<WalkedWindow> {
    const beginning = readOrReport(this.faults, null, () => this.#reader.beginning())
    if (beginning === undefined || !this.#network) return
    this.#beginning = beginning
    // Stores are walked side by side: one that begins later keeps step with the others.
    while (this.#window < beginning.window - 1) yield { window: ++this.#window, hash: undefined }
    this.#lose(undefined, undefined)
    const { params } = this.#network.document
    const chain = readOrReport(this.faults, null, () => this.#reader.read((store) => headChain(store, params)))
    this.#lastChain = chain ?? this.#lastChain
  }

  /** Rows end at the head; an envelope beyond it has lost its row, unless the head has moved meanwhile. */
  #hasWindow(window: number): boolean {
    if (window <= this.#head) return true
    try {
      this.#head = Math.max(this.#head, this.#reader.headWindow())
      return window <= this.#head || this.#reader.loneEnvelope(window) !== undefined
    } catch (error) {
      if (error instanceof MontanaError && error.code !== 'STORE_BUSY') return false
      throw error
    }
  }

  async #walk(window: number): Promise<Uint8Array | undefined> {
    const found = this.#find(window)
    if (!found.envelope) return this.#lose(found.row?.proposalHash, found.row?.timechainValue)
    const envelope = decodeOrFault(found.envelope)
    if ('code' in envelope) {
      this.faults.add(window, envelope.code, envelope.message)
      return this.#lose(found.row?.proposalHash, found.row?.timechainValue)
    }
    const before = this.#chain
    this.#weight = undefined
    if (before) await this.#replay(window, envelope, found.row, before)
    else await this.#link(window, envelope, found.row)
    const active = before && windowWeights(before).active
    if (found.row) this.#tell(found.row, active)
    return this.#previous.proposalHash
  }

  #tell({ window, proposalHash, stateRoot }: StoredWindow, active: number | undefined): void {
    this.#modules.onWindow?.({ label: this.#label, window, proposalHash, stateRoot, weight: this.#weight, active })
  }

  #find(window: number): Found {
    const { count } = this.faults
    const row = readOrReport(this.faults, window, () => this.#reader.windowAt(window))
    const isReadable = this.faults.count === count
    const lone = row || !isReadable ? undefined : this.#findLone(window)
    const envelope = row?.envelope ?? lone
    if (envelope || this.faults.count > count) this.#note(window)
    else this.faults.addGap(window)
    return { row, envelope }
  }

  #findLone(window: number): Uint8Array | undefined {
    const envelope = readOrReport(this.faults, window, () => this.#reader.loneEnvelope(window))
    if (envelope)
      this.faults.add(window, 'STORE_ROW_MISSING', 'the hashes of this window are missing, its envelope is there')
    return envelope
  }

  #note(window: number): void {
    this.#first ??= window
    this.#last = window
  }

  /** Nothing can be replayed on top of a window that is not there. */
  #lose(proposalHash: Uint8Array | undefined, timechainValue: Uint8Array | undefined): undefined {
    this.#lastChain = this.#chain ?? this.#lastChain
    this.#chain = undefined
    const value = timechainValue ?? this.#timechainValue(this.#window)
    this.#previous = { proposalHash, timechainValue: value }
    return undefined
  }

  /** Beside an envelope that cannot be read; whether this can be read was reported with it. */
  #timechainValue(window: number): Uint8Array | undefined {
    return readOrReport(new FaultList(), window, () => this.#reader.timechainValue(window))
  }

  async #replay(window: number, envelope: Envelope, row: StoredWindow | undefined, before: ChainState): Promise<void> {
    const { count } = this.faults
    const { next, faults } = await this.#networkOrThrow().replayer.replay(before, envelope)
    for (const { code, message } of faults) this.faults.add(window, code, message)
    const expected = next ? { ...next.hashes, cba: next.cba } : hashesOf(envelope)
    if (row) compareRow(row, expected, this.faults)
    await this.#checkClock(window, before.context.timechainValue, envelope, before.context.nextD)
    const certified = next?.hashes ?? (row && { ...hashesOf(envelope), contextHash: row.contextHash })
    if (certified)
      await this.#checkCertificate(
        { ...certified, window, weights: windowWeights(before), cementing: this.#cementing },
        before,
      )
    this.#remember(window, expected)
    this.#lastChain = before
    this.#chain = next?.chain
    if (next && this.faults.count === count) this.#counts.proven++
  }

  async #link(window: number, envelope: Envelope, row: StoredWindow | undefined): Promise<void> {
    const [previous, chain] = [this.#previous, this.#lastChain]
    const authenticator = this.#network?.authenticator
    await checkLink({ window, envelope, previous, chain }, authenticator, this.faults)
    const expected = hashesOf(envelope)
    if (row) compareRow(row, expected, this.faults)
    const steps = stepsWithoutState(window, chain, this.#reader)
    if (previous.timechainValue && steps) await this.#checkClock(window, previous.timechainValue, envelope, steps)
    if (row && chain) {
      const { contextHash } = row
      const certified = { ...expected, contextHash, window, weights: undefined, cementing: this.#cementing }
      await this.#checkCertificate(certified, chain)
    }
    this.#remember(window, expected)
  }

  #remember(window: number, expected: ProvenRow): void {
    this.#previous = expected
    this.#recent.set(window, expected)
    this.#recent.delete(window - WINDOWS_REMEMBERED)
  }

  async #checkClock(window: number, start: Uint8Array, { header }: Envelope, steps: number): Promise<void> {
    await this.#modules.clock.check({ start, end: header.timechainValue, steps }, (isCorrect) => {
      this.#counts.recomputed++
      if (isCorrect) return
      this.faults.add(window, 'TIMECHAIN_MISMATCH', `T_r(${window}) is not ${steps} hashes of T_r(${window - 1})`)
    })
  }

  async #checkCertificate(certified: CertifiedWindow, chain: ChainState): Promise<void> {
    const { window } = certified
    const bytes = readOrReport(this.faults, window, () => this.#reader.certificate(window))
    if (!bytes && this.#cementing === 'vote') {
      this.faults.add(window, 'CERTIFICATE_MISSING', 'a window of a network that votes is cemented by its certificate')
    }
    if (!bytes) return
    this.#counts.certificates++
    const { fault, weight } = await judgeCertificate(bytes, certified, chain, this.#networkOrThrow().authenticator)
    this.#weight = weight
    if (fault) this.faults.add(window, 'CERTIFICATE_INVALID', `the certificate does not prove the window: ${fault}`)
  }

  /** False when the node has committed meanwhile: then what was compared may not be one state, and the walk goes on. */
  #close(): boolean {
    const found = this.#reader.read((store) => {
      const faults = new FaultList()
      if (this.#chain) compareWithReplay(store, this.#chain, faults)
      else compareWithHead(store, this.#modules.hasher, faults)
      return faults
    })
    if (this.#hasWindow(this.#window + 1)) return false
    this.faults.merge(found)
    return true
  }

  get #cementing() {
    return this.#networkOrThrow().document.cementingRule
  }

  #networkOrThrow(): Network {
    if (!this.#network) throw new Error('a chain without its network')
    return this.#network
  }
}

function tooBusy(label: string): MontanaError {
  return new MontanaError('STORE_BUSY', `the node of store ${label} commits faster than its store can be compared`, {
    remedy: 'stop the node, then run the command again',
  })
}
