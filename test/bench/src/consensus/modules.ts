import { genesisChainState } from '@montana/consensus'
import { selectPqBackend } from '@montana/crypto'
import { systemTime } from '@montana/foundation'
import { hasherOf } from '@montana/ledger'
import { type HashBackend, loadBackend } from '@montana/native'
import { createTimechain, type Timechain } from '@montana/timechain'
import { Mesh } from './mesh.js'
import { makeNetwork, type PqModules } from './network.js'
import type { Recording } from './replay.js'

/** The real parts that every measurement is made of. */
export interface Modules {
  readonly crypto: PqModules
  readonly backend: HashBackend
  readonly timechain: Timechain
  /** Why the slow hashing is used, where it is. */
  readonly notice: string | undefined
}

export async function openModules(): Promise<Modules> {
  const { backend, notice } = loadBackend()
  const timechain = createTimechain({ backend, time: systemTime })
  return { crypto: await selectPqBackend(), backend, timechain, notice }
}

/** A history of `windows` windows with `d` clock steps each, made by the engine itself; `grow` changes S_0 before. */
export async function recordHistory(
  { crypto, backend, timechain }: Modules,
  { windows, d }: { windows: number; d: number },
  grow: (chain: Recording['chain']) => Recording['chain'] = (chain) => chain,
): Promise<Recording> {
  const network = await makeNetwork(crypto, d)
  const chain = grow(genesisChainState(network.document, hasherOf(backend)))
  const history = await new Mesh({ network, chain, timechain }).record(windows)
  return { network, chain, history }
}
