import type { WindowCommit } from '@montana/consensus'
import { bytesEqual, toHex } from '@montana/foundation'
import { certificateProblem, chainingOracle, clockOracle, evidenceOracle } from './chain-oracles.js'
import { type FactsModules, FactsReader, type Standing, type WindowFacts } from './facts.js'
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

/** Ends of epochs at which D rose, fell, or stayed, and at which the target moved. */
export interface Epochs {
  readonly dRose: number
  readonly dFell: number
  readonly dStayed: number
  readonly targetMoved: number
}

export const NO_EPOCHS: Epochs = { dRose: 0, dFell: 0, dStayed: 0, targetMoved: 0 }

/**
 * The one history that the network has, window by window, as the first process that committed it stored it. It is
 * judged once; every other process must have stored the same (Agreement), so its history is judged with it.
 */
export class History {
  readonly #modules: FactsModules
  readonly #reader: FactsReader
  readonly #commits: WindowCommit[] = []
  /** S_{w−1} by w, to judge the certificates that later processes store. */
  readonly #standings: Standing[] = []
  #epochs = NO_EPOCHS

  constructor(modules: FactsModules) {
    this.#modules = modules
    this.#reader = new FactsReader(modules)
    this.#standings.push(this.#reader.standing)
  }

  get head(): number {
    return this.#commits.length
  }

  /** How D and target adapted so far. */
  get epochs(): Epochs {
    return this.#epochs
  }

  /** S_head. */
  get standing(): Standing {
    return this.#reader.standing
  }

  /** S_{window−1}, once it stands. */
  standingBefore(window: number): Standing | undefined {
    return this.#standings[window - 1]
  }

  commitOf(window: number): WindowCommit | undefined {
    return this.#commits[window - 1]
  }

  add(commit: WindowCommit): Violation | undefined {
    const known = this.commitOf(commit.window)
    return known ? (compare(known, commit) ?? this.#judgeCertificate(known, commit)) : this.#judge(commit)
  }

  /** Processes may hold different quorums for the same value. */
  #judgeCertificate(known: WindowCommit, commit: WindowCommit): Violation | undefined {
    const { window, certificate } = commit
    const before = this.#standings[window - 1]
    const isSame = certificate && known.certificate && bytesEqual(certificate, known.certificate)
    const detail = before && !isSame ? certificateProblem({ ...this.#modules, before, commit }) : undefined
    return detail === undefined ? undefined : { invariant: 6, name: 'Evidence', window, detail }
  }

  #judge(commit: WindowCommit): Violation | undefined {
    const { window } = commit
    if (window !== this.head + 1) {
      return { invariant: 2, name: 'Prefix', window, detail: `nobody cemented window ${window - 1} yet` }
    }
    this.#commits.push(commit)
    const facts = this.#reader.next(commit)
    this.#standings.push(facts.after)
    if (window % this.#modules.document.params.tau2Windows === 0) this.#epochs = countEpoch(this.#epochs, facts)
    return firstViolation(WINDOW_ORACLES, facts)
  }
}

function countEpoch({ dRose, dFell, dStayed, targetMoved }: Epochs, { before, after }: WindowFacts): Epochs {
  const [d, next] = [before.context.nextD, after.context.nextD]
  return {
    dRose: dRose + Number(next > d),
    dFell: dFell + Number(next < d),
    dStayed: dStayed + Number(next === d),
    targetMoved: targetMoved + Number(after.context.target !== before.context.target),
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
