import { registrationHash, type WindowCommit } from '@montana/consensus'
import { bytesEqual, toHex } from '@montana/foundation'
import type { GenesisDocument } from '@montana/ledger'
import type { ClockStub } from '../stubs/clock.js'
import type { SignatureScheme } from '../stubs/signatures.js'
import { chainingOracle, clockOracle, evidenceOracle } from './chain-oracles.js'
import { applyCommit, envelopeOf, genesisStanding, type Standing, type WindowFacts, weigh, weightsOf } from './facts.js'
import { admissionOracle, creditOracle, monotoneOracle, rootsOracle, supplyOracle } from './ledger-oracles.js'
import { lotteryOracle, targetOracle } from './lottery-oracles.js'
import { firstViolation, type Oracle, type Violation } from './oracle.js'

/** Every invariant about one cemented window, cheap ones first. */
export const WINDOW_ORACLES: readonly Oracle<WindowFacts>[] = [
  chainingOracle,
  supplyOracle,
  monotoneOracle,
  creditOracle,
  evidenceOracle,
  clockOracle,
  lotteryOracle,
  targetOracle,
  admissionOracle,
  rootsOracle,
]

export interface HistoryModules {
  readonly document: GenesisDocument
  readonly clock: ClockStub
  readonly signatures: SignatureScheme
}

/**
 * The one history that the network has, window by window, as the first process that committed it stored it. It is
 * judged once; every other process must have stored the same (Agreement), so its history is judged with it.
 */
export class History {
  readonly #modules: HistoryModules
  readonly #commits: WindowCommit[] = []
  readonly #vouched = new Set<string>()
  #participation: number[] = []
  #standing: Standing

  constructor(modules: HistoryModules) {
    this.#modules = modules
    this.#standing = genesisStanding(modules.document)
  }

  get head(): number {
    return this.#commits.length
  }

  /** S_head. */
  get standing(): Standing {
    return this.#standing
  }

  commitOf(window: number): WindowCommit | undefined {
    return this.#commits[window - 1]
  }

  add(commit: WindowCommit): Violation | undefined {
    const known = this.commitOf(commit.window)
    return known ? compare(known, commit) : this.#judge(commit)
  }

  #judge(commit: WindowCommit): Violation | undefined {
    const { window } = commit
    if (window !== this.head + 1) {
      return { invariant: 2, name: 'Prefix', window, detail: `nobody cemented window ${window - 1} yet` }
    }
    const facts = this.#facts(commit)
    this.#commits.push(commit)
    this.#standing = facts.after
    this.#noteVouched(facts)
    return firstViolation(WINDOW_ORACLES, facts)
  }

  #facts(commit: WindowCommit): WindowFacts {
    const { window } = commit
    const before = this.#standing
    const envelope = envelopeOf(commit)
    const isFirstOfEpoch = (window - 1) % this.#modules.document.params.tau2Windows === 0
    const weights = weightsOf(before, this.#modules.document)
    const permille = window < 2 ? 1000 : Math.floor((1000 * weigh(weights, envelope.confirmers)) / weights.active)
    this.#participation = isFirstOfEpoch ? [permille] : [...this.#participation, permille]
    const after = applyCommit(before, commit)
    const { participation } = { participation: this.#participation }
    return { ...this.#modules, window, commit, envelope, before, after, participation, vouched: this.#vouched }
  }

  #noteVouched({ envelope, before, document }: WindowFacts): void {
    const weights = weightsOf(before, document)
    const listed = new Set(envelope.evidence.flatMap(({ opHashes }) => opHashes.map(toHex)))
    for (const hash of listed) {
      const listing = envelope.evidence.filter(({ opHashes }) => opHashes.some((h) => toHex(h) === hash))
      if (weigh(weights, listing) >= weights.quorum) this.#vouched.add(hash)
    }
    for (const object of envelope.control) this.#vouched.delete(toHex(registrationHash(object)))
  }
}

/** Invariant 1, and that equal values came with equal records. */
function compare(known: WindowCommit, commit: WindowCommit): Violation | undefined {
  const { window } = commit
  if (!bytesEqual(known.cementValue, commit.cementValue)) {
    return { invariant: 1, name: 'Agreement', window, detail: 'two values were cemented' }
  }
  const records = ({ changes }: WindowCommit) =>
    changes.map(({ table, key, record }) => `${table}/${toHex(key)}/${record ? toHex(record) : ''}`).join()
  if (bytesEqual(known.context, commit.context) && records(known) === records(commit)) return undefined
  return { invariant: 12, name: 'Determinism', window, detail: 'one value, two sets of records' }
}
