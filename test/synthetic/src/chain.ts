import { genesisChainState } from '@montana/consensus'
import { accountCodec } from '@montana/ledger'
import type { HashBackend } from '@montana/native'
import type { AccountSource } from './account-source.js'
import { AccountTree, type Leaf } from './account-tree.js'
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
  readonly onStep?: (step: string, done: number, of: number) => void
}

/**
 * Windows 1 … last. Up to the one before `window` this is an ordinary chain of the cohort; from there on the headers name
 * the account root that includes the synthetic accounts, which no envelope brought about.
 */
export async function buildChain(plan: ChainPlan): Promise<BuiltWindow[]> {
  const { cohort, backend, window, last, onStep } = plan
  const grind = async (seed: Uint8Array, steps: number) => (await backend.startClock({ seed, steps }).result).value
  const ordinary: WindowModules = { cohort, grind }
  let modules = ordinary
  const built: BuiltWindow[] = []
  while (built.length < last) {
    if (built.length === window - 1) modules = { ...ordinary, accountRoot: accountRootOf(plan) }
    const before = built.at(-1)
    built.push(await buildWindow(modules, before?.after ?? genesisChainState(cohort.document), before?.evidence ?? []))
    onStep?.('windows', built.length, last)
  }
  return built
}

function accountRootOf({
  cohort,
  backend,
  source,
  order,
  onStep,
}: ChainPlan): NonNullable<WindowModules['accountRoot']> {
  const operators = cohort.operators.map(({ identity }) => identity.accountId)
  const tree = new AccountTree(backend, source.count, leavesOf(source, order, backend, onStep), operators)
  return ({ tables }) =>
    tree.rootWith([...tables.accounts.entries()].map((account) => leafOf(backend, accountCodec.encode(account))))
}

function* leavesOf(
  source: AccountSource,
  order: Uint32Array,
  backend: HashBackend,
  onStep: ChainPlan['onStep'],
): Generator<Leaf> {
  for (const [done, index] of order.entries()) {
    yield leafOf(backend, source.record(index))
    onStep?.('hashing', done + 1, order.length)
  }
}

function leafOf(backend: HashBackend, record: Uint8Array): Leaf {
  return { key: record.slice(0, 32), hash: backend.merkleLeaf(record) }
}
