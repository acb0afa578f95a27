import { type ChainState, genesisChainState } from '@montana/consensus'
import { accountCodec, type Leaf } from '@montana/ledger'
import type { HashBackend } from '@montana/native'
import type { AccountSource } from './account-source.js'
import { AccountTree } from './account-tree.js'
import type { Cohort } from './cohort.js'
import { type BuiltWindow, buildWindow, type WindowModules } from './window.js'

export interface ChainPlan {
  readonly cohort: Cohort
  readonly backend: HashBackend
  readonly source: AccountSource
  /** Numbers of the accounts in tree order. */
  readonly order: Uint32Array
  /** The window with which the accounts appear. */
  readonly window: number
  readonly last: number
  readonly onStep?: ((step: string, done: number, of: number) => void) | undefined
}

export interface Chain {
  /** Windows 1 … last. */
  readonly built: readonly BuiltWindow[]
  readonly tree: AccountTree
}

/**
 * Up to the window before `plan.window` this is an ordinary chain of the cohort; from there on the headers name the
 * account root that includes the synthetic accounts, which no envelope brought about.
 */
export async function buildChain(plan: ChainPlan): Promise<Chain> {
  const { cohort, backend, window, last, onStep } = plan
  const operators = cohort.operators.map(({ identity }) => identity.accountId)
  const tree = await AccountTree.build({ ...plan, operators })
  const grind = async (seed: Uint8Array, steps: number) => (await backend.startClock({ seed, steps }).result).value
  const ordinary: WindowModules = { cohort, grind }
  const accountRoot = (after: ChainState) => tree.rootWith(operatorLeaves(after, backend))
  const built: BuiltWindow[] = []
  while (built.length < last) {
    const modules = built.length < window - 1 ? ordinary : { ...ordinary, accountRoot }
    const before = built.at(-1)
    built.push(await buildWindow(modules, before?.after ?? genesisChainState(cohort.document), before?.evidence ?? []))
    onStep?.('windows', built.length, last)
  }
  return { built, tree }
}

/** The accounts that the engine's own table holds. */
export function operatorLeaves({ tables }: ChainState, backend: HashBackend): Leaf[] {
  return [...tables.accounts.entries()].map((account) => {
    return { key: account.accountId, hash: backend.merkleLeaf(accountCodec.encode(account)) }
  })
}
