import { basename, join } from 'node:path'
import { ConfigError, errorMessage, isAbort, MontanaError } from '@montana/foundation'
import { loadManifest } from '../config/manifest.js'
import type { Contents } from '../contracts/provider.js'
import { GitFence } from '../fence/git-fence.js'
import { openRemoteGit } from '../fence/remote-git.js'
import type { GithubProvider } from '../providers/github/provider.js'
import { openDocumentStore } from '../sentinel/document-store.js'
import { keepAwake } from '../sentinel/keep-awake.js'
import { runSentinelOnce } from '../sentinel/run-once.js'
import type { Alert, SentinelInit, SentinelReport } from '../sentinel/types.js'
import { SENTINEL_WORKFLOW } from '../workflows/sentinel-workflow.js'
import { FENCED, HEALTHY, type ScriptAnswer, UNHEALTHY, UNKNOWN } from './answer.js'
import { isSameName, openFence, reachOwn, reachRepository, type ScriptInit } from './place.js'
import { proveWrite, showFailures } from './shown-count.js'
import { tell, withLines } from './tell.js'

/** Its own errors end a run as what they are; any other means that nothing is known of the primary. */
const OWN_EXITS: readonly number[] = [75, 78]
const DEFAULT_BRANCH = 'main'

/** One look at the primary and what follows from it: 0 healthy, 6 unhealthy, 7 unknown. Spec repository-mirror 10. */
export async function runWatch(init: ScriptInit, signal: AbortSignal): Promise<ScriptAnswer> {
  if (init.environment.enabled === false) return off()
  requireCredential(init)
  const manifest = loadManifest(join(init.source, init.environment.manifestFile))
  const alerts: Alert[] = []
  const answer = await answered({ ...init, manifest, alerts }, signal)
  return withLines(answer, await tell(init, alerts, signal))
}

type WatchInit = ScriptInit & Pick<SentinelInit, 'manifest'> & { readonly alerts: Alert[] }

async function answered(init: WatchInit, signal: AbortSignal): Promise<ScriptAnswer> {
  try {
    return await watched(init, signal)
  } catch (error) {
    if (isAbort(error) || !(error instanceof MontanaError) || OWN_EXITS.includes(error.exitCode)) throw error
    return unknown(error, init.alerts)
  }
}

async function watched(init: WatchInit, signal: AbortSignal): Promise<ScriptAnswer> {
  const own = reachOwn(init)
  await proveWrite(own.variables, signal)
  const { id, defaultBranch } = await own.describe(signal)
  const sentinel = await sentinelInit(init, { own, self: id, branch: defaultBranch ?? DEFAULT_BRANCH }, signal)
  const report = await runSentinelOnce(sentinel, signal)
  const warning = await showFailures(own.variables, await sentinel.document.read(signal), signal)
  const asleep = await keptAwake(sentinel, signal)
  return answerOf(
    report,
    init.alerts,
    [warning, asleep].filter((line) => line !== null),
  )
}

/** What it did or could not do to keep the schedule alive; null where nothing was due. */
async function keptAwake(sentinel: SentinelInit, signal: AbortSignal): Promise<string | null> {
  const { replica, branch, document, time } = sentinel
  const { workflows, contents } = replica
  const file = basename(SENTINEL_WORKFLOW)
  try {
    const done = await keepAwake({ workflows, contents, branch, document, file, nowMs: time.wallMs() }, signal)
    return done === 'enabled' ? `${file} was enabled again after 45 quiet days` : null
  } catch (error) {
    if (isAbort(error)) throw error
    return `${file} is not kept alive: ${errorMessage(error)}`
  }
}

interface Own {
  readonly own: GithubProvider
  readonly self: string
  readonly branch: string
}

async function sentinelInit(init: WatchInit, { own, self, branch }: Own, signal: AbortSignal): Promise<SentinelInit> {
  const { environment, folder, manifest, alerts, time } = init
  const { permitMs, skewMs, stalenessMs, sentinel, recoveryObservations, fence } = environment
  const git = await openRemoteGit({ folder: join(folder, 'own.git'), access: (stop) => own.gitAccess(stop) }, signal)
  const isOwnFence = fence === null || isSameName(fence, environment.own)
  const opened = isOwnFence ? null : await openFence(init, signal)
  return {
    self,
    replica: own,
    fence: opened ?? new GitFence(git),
    git,
    document: openDocumentStore(git),
    primary: primaryOf(init),
    manifest,
    stateFile: environment.stateFile,
    branch,
    settings: { permitMs, skewMs, stalenessMs, ...sentinel, recoveryObservations },
    autoPromote: environment.autoPromote ?? true,
    actor: 'sentinel',
    time,
    alert: async (alert) => void alerts.push(alert),
  }
}

function primaryOf(init: ScriptInit): Contents | null {
  const { primary, primaryToken } = init.environment
  if (primary === null) return null
  const credential =
    primaryToken === null ? ({ kind: 'none' } as const) : ({ kind: 'token', value: primaryToken } as const)
  return reachRepository(init, 'primary', primary, credential).contents
}

function requireCredential({ environment }: ScriptInit): void {
  if (environment.ownCredential.kind !== 'none') return
  throw new ConfigError('MIRROR_SENTINEL_TOKEN is missing: the sentinel may neither remember nor promote without', {
    field: 'MIRROR_SENTINEL_TOKEN',
    remedy: 'set it, or MIRROR_SENTINEL_APP_ID and MIRROR_SENTINEL_APP_KEY, as secrets of the replica',
  })
}

function answerOf(report: SentinelReport, alerts: readonly Alert[], warnings: readonly string[]): ScriptAnswer {
  const lines = [`${report.verdict ?? report.decision}: ${report.explanation}`, ...alertLines(alerts)]
  return {
    exitCode: exitOf(report),
    result: { ...report, alerts },
    lines: [...lines, ...warnings],
  }
}

function exitOf({ verdict, promotion, role }: SentinelReport): number {
  if (role === null) return FENCED
  if (verdict === 'unknown') return UNKNOWN
  return verdict === 'unhealthy' || promotion === 'undone' ? UNHEALTHY : HEALTHY
}

function off(): ScriptAnswer {
  const explanation = 'MIRROR_ENABLED is false: nothing is watched'
  return { exitCode: FENCED, result: { verdict: null, decision: 'none', explanation }, lines: [explanation] }
}

function unknown(error: MontanaError, alerts: readonly Alert[]): ScriptAnswer {
  const { error: shown } = error.toJSON()
  const line = `unknown: ${errorMessage(error)}${error.remedy === undefined ? '' : `; ${error.remedy}`}`
  return {
    exitCode: UNKNOWN,
    result: { verdict: 'unknown', error: shown, alerts },
    lines: [line, ...alertLines(alerts)],
  }
}

function alertLines(alerts: readonly Alert[]): string[] {
  return alerts.map(({ code, message }) => `ALERT ${code}: ${message}`)
}
