import { ConfigError, errorMessage, formatTime, isAbort } from '@montana/foundation'
import type { Fence, FenceEntry } from '../contracts/fence.js'
import { sign } from '../fence/sign.js'
import { type GuardAnswer, type GuardInit, guard } from '../guard/guard.js'
import { tryGit } from '../push/git.js'
import { FENCED, HEALTHY, type ScriptAnswer } from './answer.js'
import type { ScriptEnvironment } from './environment.js'
import { handBack } from './hand-back.js'
import { openFence, ownId, type ScriptInit } from './place.js'
import { handOver } from './step-environment.js'
import { withLines } from './tell.js'
import { tellFenced } from './tell-fenced.js'
import { type GuardScriptInit, readTold } from './told.js'

/**
 * May this run act? 0 with `permitMsLeft`, else 5 with the reason; also for what cannot be asked or read, and when it is
 * stopped: whoever stopped it reads an answer, not a failure. Throws ConfigError (78). Spec repository-mirror 8.4.
 */
export async function runGuard(init: GuardScriptInit, signal: AbortSignal): Promise<ScriptAnswer> {
  const answer = await answered(init, signal)
  return signal.aborted ? refused(STOPPED) : answer
}

async function answered(init: GuardScriptInit, signal: AbortSignal): Promise<ScriptAnswer> {
  const { environment } = init
  // Of a role that may not act, or without mirroring, nothing further need be known.
  if (environment.enabled === false || !mayEverAct(environment)) return answerOf(await asked(init, NOBODY, signal))
  if (environment.fence === null) return refused(NO_FENCE)
  try {
    return await guarded(init, signal)
  } catch (error) {
    if (error instanceof ConfigError && !signal.aborted) throw error
    return refused(errorMessage(error))
  }
}

async function guarded(init: GuardScriptInit, signal: AbortSignal): Promise<ScriptAnswer> {
  const fence = await openFence(init, signal)
  const self = await ownId(init, signal)
  const { told, problem } = readTold(init)
  const permitted = await asked(init, { fence, self, told }, signal)
  const handed = permitted.entry === null ? null : await handBack(init, permitted.entry.record, self, signal)
  if (handed?.kind === 'done') return stale(permitted, handed.why)
  const untold = fence === null ? [] : await tellFenced(init, fence, self, permitted.entry, signal)
  const notice = await returned(init, fence, self, permitted.entry, signal)
  const lines = [
    ...(handed === null ? [] : [`the hand-back: ${handed.why}`]),
    ...untold,
    ...(problem === null ? [] : [`gates are not kept: ${problem}`]),
  ]
  return await handOver(init.values, withLines(answerOf(permitted, notice), lines))
}

const STOPPED = 'the guard was stopped before it had an answer'
const NO_FENCE =
  'MIRROR_FENCE_REPO is not set: no fence can be asked; set it by `montana mirror sentinel install` as a variable of this repository, and hand it over in `env`'

/** The checkout of this run is from before the merge: what the other side did is not in it. */
function stale({ entry }: GuardAnswer, why: string): ScriptAnswer {
  return answerOf({ entry, permission: { act: false, code: 'FENCED', reason: `${why}; the next run acts` } })
}

function refused(reason: string): ScriptAnswer {
  return answerOf({ entry: null, permission: { act: false, code: 'FENCED', reason } })
}

function mayEverAct({ role }: ScriptEnvironment): boolean {
  return role === 'MASTER' || role === 'TEMPORARY_MASTER'
}

type Asking = Pick<GuardInit, 'fence' | 'self' | 'told'>

const NOBODY: Asking = { fence: null, self: '', told: { autoPromote: null, permitMs: 0, gates: [], values: {} } }

async function asked({ environment, time }: ScriptInit, asking: Asking, signal: AbortSignal): Promise<GuardAnswer> {
  const { role, nonce, enabled, autoPromote, permitMs, skewMs, own } = environment
  const settings = { enabled, autoPromote: autoPromote ?? true, permitMs }
  return await guard({ ...asking, role, settings, actor: `${own.owner}/${own.name}`, nonce, skewMs, time }, signal)
}

/** `written`, or why it was not; null where none is due. */
type Notice = string | null

/** A fenced primary shows the sentinel of the other side that it lives. Spec repository-mirror 11.3. */
async function returned(
  { environment, source, time }: ScriptInit,
  fence: Fence | null,
  self: string,
  entry: FenceEntry | null,
  signal: AbortSignal,
): Promise<Notice> {
  const isReturned = environment.role === 'MASTER' && entry !== null && entry.record.holder !== self
  if (fence === null || !isReturned) return null
  try {
    const head = (await tryGit({ folder: source, signal }, ['rev-parse', '--verify', 'HEAD^{commit}']))?.trim()
    if (head === undefined) return 'the checkout has no commit that could be named'
    const nowMs = time.wallMs()
    await fence.writeReturn({ head, at: formatTime(nowMs), nonce: sign('', '', nowMs).nonce }, signal)
    return 'written'
  } catch (error) {
    if (isAbort(error)) throw error
    return errorMessage(error)
  }
}

function answerOf({ permission, entry }: GuardAnswer, notice: Notice = null): ScriptAnswer {
  const epoch = entry?.record.epoch ?? null
  if (permission.act) {
    const { permitMsLeft } = permission
    return { exitCode: HEALTHY, result: { act: true, permitMsLeft, epoch }, lines: [] }
  }
  const { code, reason } = permission
  const result = { act: false, code, reason, epoch, state: entry?.record.state ?? null, notice }
  return { exitCode: FENCED, result, lines: [`nothing is done here: ${reason}`, ...linesOf(notice)] }
}

function linesOf(notice: Notice): string[] {
  if (notice === null) return []
  return [notice === 'written' ? 'its return is noted at the fence' : `its return is not noted: ${notice}`]
}
