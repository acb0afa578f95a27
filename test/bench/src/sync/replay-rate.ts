import { commitTo, newStore } from '../consensus/durable.js'
import { type Modules, openModules, recordHistory } from '../consensus/modules.js'
import { proofChecker } from '../consensus/proofs.js'
import { type Recording, type ReplayParts, replay } from '../consensus/replay.js'
import { DEVNET_D } from '../consensus/replay-rows.js'
import { signatureChecker } from '../consensus/signatures.js'
import { temporaryFolder } from '../temporary.js'

/** Windows of the history whose clock is not checked, and so needs to be no long one; and of the other. */
const WINDOWS = 200
const SHORT_D = 1_000
const CLOCK_WINDOWS = 20
/** Control objects of one window at most (spec protocol 0): no network has its accounts sooner. */
const REGISTRATIONS_PER_WINDOW = 32

/** Windows per second of a node that replays: every signature checked, every window durable. */
export interface ReplayRates {
  /** The clock values taken from the quorum. */
  readonly quorum: number
  /** Every segment of the clock checked, at the devnet's length of a window. */
  readonly full: number
}

export async function replayRates(): Promise<ReplayRates> {
  const modules = await openModules()
  const folder = temporaryFolder()
  try {
    const short = await recordHistory(modules, { windows: WINDOWS, d: SHORT_D })
    const long = await recordHistory(modules, { windows: CLOCK_WINDOWS, d: DEVNET_D })
    const checkProof = proofChecker(modules.backend, long.history)
    return {
      quorum: await rateOf(modules, folder.path, short, {}),
      full: await rateOf(modules, folder.path, long, { verify: { kind: 'full' }, checkProof }),
    }
  } finally {
    await modules.crypto.close()
    folder.remove()
  }
}

async function rateOf({ crypto }: Modules, folder: string, recording: Recording, parts: ReplayParts): Promise<number> {
  const { network, chain, history } = recording
  const store = newStore(folder, network, chain)
  try {
    const checkSignatures = signatureChecker(crypto, network.genesisHash)
    const commit: ReplayParts['commit'] = (window) => commitTo(store, window)
    return (1000 * history.length) / (await replay(recording, { ...parts, checkSignatures, commit }))
  } finally {
    store.close()
  }
}

/** The fewest windows in which so many accounts can come to be. */
export function historyWindows(accounts: number): number {
  return Math.ceil(accounts / REGISTRATIONS_PER_WINDOW)
}
