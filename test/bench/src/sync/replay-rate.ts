import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commitTo, newStore } from '../consensus/durable.js'
import { openModules, recordHistory } from '../consensus/modules.js'
import { replay } from '../consensus/replay.js'
import { signatureChecker } from '../consensus/signatures.js'

/** Windows of the history that is replayed; its clock is not checked, so it needs no long one. */
const WINDOWS = 200
const SHORT_D = 1_000
/** Control objects of one window at most (spec protocol 0): no network has its accounts sooner. */
const REGISTRATIONS_PER_WINDOW = 32

/** Windows per second: every signature checked, every window durable, the clock taken from a quorum. */
export async function replayRate(): Promise<number> {
  const modules = await openModules()
  const folder = mkdtempSync(join(tmpdir(), 'montana-bench-'))
  try {
    const recording = await recordHistory(modules, { windows: WINDOWS, d: SHORT_D })
    const checkSignatures = signatureChecker(modules.crypto, recording.network.genesisHash)
    const store = newStore(folder, recording.network, recording.chain)
    const tookMs = await replay(recording, { checkSignatures, commit: (commit) => commitTo(store, commit) })
    store.close()
    return (1000 * WINDOWS) / tookMs
  } finally {
    await modules.crypto.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The fewest windows in which so many accounts can come to be. */
export function historyWindows(accounts: number): number {
  return Math.ceil(accounts / REGISTRATIONS_PER_WINDOW)
}
