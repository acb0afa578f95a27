import { selectPqBackend } from '@montana/crypto'
import { seededRandom } from '@montana/foundation'
import { recordAnswers, replayAnswers } from './ledger/answers.js'
import { Replays } from './ledger/counts.js'
import { replayAfterRestart, replayLive } from './ledger/live.js'
import { record } from './ledger/recording.js'
import { replayToStopped } from './ledger/stopped.js'
import { replayToCiphers } from './wire/ciphers.js'
import { replayFrames } from './wire/frames.js'
import { replayHandshakes } from './wire/handshakes.js'
import { WireNetwork } from './wire/network.js'

const SEED = 17

/** How many of each are said again. */
export interface ReplayPlan {
  /** Windows that real nodes make while they are recorded. */
  readonly windows: number
  /** Of these, the first ones whose answers are asked for and given to the same question about another. */
  readonly answered: number
  /** The node over whose mesh all was said is started again, and told once more. */
  readonly restart: boolean
  readonly toStopped: number
  readonly handshakes: number
  readonly frames: number
  readonly ciphers: number
}

/**
 * Reliability goal 17. Accepted is: a handshake that opens a connection or delivers a byte; a frame after which its
 * stream is not closed for want of authenticity, or delivers anything; a message that the inbox takes although its
 * process was told it before or its window is closed; an answer that is taken for one about another window; and whatever
 * leaves head, state root, tables, stored windows, certificates, journal, evidence, the engine's chain and registrations
 * or, in a node that does not sign, any of its pools other than they were. What a process drops as `duplicate`, `stale`
 * or `irrelevant` is not.
 */
export async function runReplays(dir: string, plan: ReplayPlan): Promise<Replays> {
  const replays = new Replays()
  await replayMessages(dir, plan, replays)
  await replayBytes(plan, replays)
  return replays
}

async function replayMessages(dir: string, plan: ReplayPlan, replays: Replays): Promise<void> {
  const recording = await record(dir, plan.windows)
  const answers = await recordAnswers(recording, plan.answered)
  await replayAnswers(answers, replays)
  await replayLive(recording, replays)
  if (plan.restart) await replayAfterRestart(recording, replays)
  await recording.ear.leave()
  const crypto = await selectPqBackend()
  await replayToStopped(recording, crypto, replays, plan.toStopped)
  await crypto.close()
}

async function replayBytes({ ciphers, frames, handshakes }: ReplayPlan, replays: Replays): Promise<void> {
  replayToCiphers(replays, seededRandom(SEED), ciphers)
  const net = await WireNetwork.open()
  try {
    await replayFrames(net, replays, seededRandom(SEED), frames)
    await replayHandshakes(net, replays, handshakes)
  } finally {
    await net.close()
  }
}
