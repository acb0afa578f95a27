import type { BenchOptions } from '../bench.js'
import { withAccounts } from './accounts.js'
import { type Modules, recordHistory } from './modules.js'
import { replay } from './replay.js'
import { type ConsensusRow, measureRows } from './rows.js'

const DEFAULT_ACCOUNTS = [1_000, 100_000, 1_000_000]
const SHORT_D = 1_000
/** Enough that the first window of a history, which settles less, does not count. */
const DEFAULT_WINDOWS = 50

/**
 * Settling, roots and acceptance of a window by the size of the account table; the node table has four records always.
 * One size after the other, so that a small state is not measured inside the heap of a large one.
 */
export async function sizeRows(modules: Modules, options: BenchOptions): Promise<ConsensusRow[]> {
  const rows: ConsensusRow[] = []
  for (const accounts of options.accounts ?? DEFAULT_ACCOUNTS) {
    const [row] = await sizeRow(modules, options, accounts)
    if (row) rows.push({ ...row, accounts })
  }
  return rows
}

async function sizeRow(modules: Modules, options: BenchOptions, accounts: number): Promise<ConsensusRow[]> {
  const { windows = DEFAULT_WINDOWS, progress } = options
  const name = `${accounts.toLocaleString('en')} accounts`
  progress(`building a state of ${name}`)
  const init = { windows: Math.min(windows, DEFAULT_WINDOWS), d: SHORT_D }
  const recording = await recordHistory(modules, init, (chain) => withAccounts(chain, accounts))
  const contender = { name, steps: init.windows, run: () => replay(recording, {}) }
  return await measureRows('state size', 'windows', [contender], options)
}
