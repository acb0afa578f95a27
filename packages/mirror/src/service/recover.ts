import { join } from 'node:path'
import type { TimeSource } from '@montana/foundation'
import type { Manifest, MirrorConfig } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import type { Fence } from '../contracts/fence.js'
import { HANDBACK, type HandbackProgress, handbackPreconditions } from '../decide/handback.js'
import { startProgress, unmet } from '../decide/steps.js'
import type { Finding } from '../decide/verdict.js'
import { openRemoteGit } from '../fence/remote-git.js'
import { Handback } from '../handback/handback.js'
import type { GithubProvider } from '../providers/github/provider.js'
import { takerTime } from '../roles/taker-time.js'
import { runTransaction, type StepRecord, type TransactionEnd } from '../roles/transaction.js'

export interface RecoverInit {
  /** The returned primary, `github:<numeric id>`. */
  readonly self: string
  readonly primary: GithubProvider
  /** The temporary primary. */
  readonly replica: GithubProvider
  readonly fence: Fence
  readonly manifest: Manifest
  readonly config: Pick<MirrorConfig, 'onRecovery' | 'skewMs' | 'stateFile'>
  readonly branch: string
  /** Of copies of both repositories. */
  readonly folder: string
  readonly actor: string
  /** An operator says that every process on hosts that acts for the replica has been stopped. */
  readonly isDrained: boolean
  /** An operator asks for it now. */
  readonly isAsked: boolean
  readonly time: TimeSource
  readonly pollMs?: number
  /** Of a try before this one; null begins anew. */
  readonly progress: HandbackProgress | null
  readonly save: (progress: HandbackProgress) => Promise<void>
  readonly onStep?: (record: StepRecord) => void
  readonly onFinding?: (finding: Finding) => void
}

/** The hand-back of a temporary primary to the primary that has returned, run by the latter. Spec repository-mirror 11.3. */
export async function recover(init: RecoverInit, signal: AbortSignal): Promise<TransactionEnd> {
  const { config, fence, self, isAsked } = init
  const entry = await fence.read(signal)
  if (entry === null) throw notReady('the fence has no record')
  const onRecovery = config.onRecovery === 'rescue' ? 'rescue' : 'merge'
  const facts = {
    record: entry.record,
    self,
    onRecovery: config.onRecovery,
    isAsked,
    conflicts: [],
    credentialProblem: null,
  }
  const missing = init.progress === null ? unmet(handbackPreconditions(facts)) : []
  if (missing.length > 0) throw notReady(missing.map(({ name, why }) => `${name}: ${why}`).join('; '))
  if (init.progress === null && !init.isDrained) await requireClock(init, signal)
  const handback = new Handback({
    ...init,
    entry,
    onRecovery,
    sides: { primary: await both(init, init.primary, signal), replica: await both(init, init.replica, signal) },
    stateFile: config.stateFile,
    skewMs: config.skewMs,
  })
  const progress = init.progress ?? startProgress<keyof Handback['do'], keyof Handback['undo']>(init.time.wallMs())
  const { onStep, save, time } = init
  const run = {
    plan: HANDBACK,
    progress,
    effects: handback,
    save,
    wallMs: () => time.wallMs(),
    ...(onStep && { onStep }),
  }
  return await runTransaction(run, signal)
}

/** Before the temporary primary is stopped: it acts on while somebody sets the clock. Throws PRECONDITION. */
async function requireClock({ primary, time, config }: RecoverInit, signal: AbortSignal): Promise<void> {
  await takerTime({ clock: primary.clock, time, skewMs: config.skewMs }, signal)
}

async function both({ folder }: RecoverInit, provider: GithubProvider, signal: AbortSignal) {
  return await openRemoteGit({ folder: join(folder, 'both.git'), access: (stop) => provider.gitAccess(stop) }, signal)
}

function notReady(why: string): MirrorError {
  return new MirrorError('PRECONDITION', `the temporary primary is not handed back: ${why}`, {
    remedy: 'let the sentinel see the returned primary for an hour, or ask for it with `montana mirror demote`',
  })
}
