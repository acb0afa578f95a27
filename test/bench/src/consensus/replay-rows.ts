import { rmSync } from 'node:fs'
import type { BenchOptions } from '../bench.js'
import type { Contender } from '../measure.js'
import { temporaryFolder } from '../temporary.js'
import { commitTo, newStore } from './durable.js'
import { type Modules, recordHistory } from './modules.js'
import { ENGINE_ALONE, WITH_ALL, WITH_CLOCK, WITH_SIGNATURES, WITH_STORE } from './names.js'
import { proofChecker } from './proofs.js'
import { type Recording, replay } from './replay.js'
import { type ConsensusRow, measureRows } from './rows.js'
import { signatureChecker, signaturesOf } from './signatures.js'

/** Windows whose clock nobody checks need no long one. */
const SHORT_D = 1_000
/** The devnet's: spec protocol 4.1. */
export const DEVNET_D = 2_000_000
const DEFAULT_WINDOWS = 200
/** Of the history whose clock is checked: as many as take about a second. */
const CLOCK_WINDOWS = 20

export interface Replayed {
  readonly rows: readonly ConsensusRow[]
  /** Signatures of one window. */
  readonly signatures: number
}

/** Cemented windows per second on one core. */
export async function replayRows(modules: Modules, options: BenchOptions): Promise<Replayed> {
  const { windows = DEFAULT_WINDOWS, progress } = options
  progress('recording a history')
  const short = await recordHistory(modules, { windows, d: SHORT_D })
  const long = await recordHistory(modules, { windows: Math.min(windows, CLOCK_WINDOWS), d: DEVNET_D })
  const folder = temporaryFolder()
  try {
    const contenders = replayContenders(modules, short, long, folder.path)
    const rows = await measureRows('replay', 'windows', contenders, options)
    return { rows: rows.map(withSteps), signatures: signaturesOf(short.history.at(-1)) }
  } finally {
    folder.remove()
  }
}

function withSteps(row: ConsensusRow): ConsensusRow {
  const isClocked = row.name === WITH_CLOCK || row.name === WITH_ALL
  return isClocked ? { ...row, stepsPerSecond: row.perSecond * DEVNET_D } : row
}

function replayContenders({ crypto, backend }: Modules, short: Recording, long: Recording, folder: string) {
  const checkSignatures = signatureChecker(crypto, short.network.genesisHash)
  const ofLong = signatureChecker(crypto, long.network.genesisHash)
  const verify = { kind: 'full' } as const
  const checkProof = () => proofChecker(backend, long.history)
  return [
    contender(ENGINE_ALONE, short, () => replay(short, {})),
    contender(WITH_SIGNATURES, short, () => replay(short, { checkSignatures })),
    contender(WITH_STORE, short, () => durably(folder, short, (commit) => replay(short, { commit }))),
    contender(WITH_CLOCK, long, () => replay(long, { verify, checkProof: checkProof() })),
    contender(WITH_ALL, long, () => {
      const parts = { verify, checkSignatures: ofLong, checkProof: checkProof() }
      return durably(folder, long, (commit) => replay(long, { ...parts, commit }))
    }),
  ]
}

function contender(name: string, { history }: Recording, run: () => Promise<number>): Contender {
  return { name, steps: history.length, run }
}

type Commit = (commit: Parameters<typeof commitTo>[1]) => void

/** With a store of its own, which is made before the time counts and removed after it. */
async function durably(folder: string, recording: Recording, run: (commit: Commit) => Promise<number>) {
  const store = newStore(folder, recording.network, recording.chain)
  try {
    return await run((commit) => commitTo(store, commit))
  } finally {
    store.close()
    rmSync(store.dir, { recursive: true, force: true })
  }
}
