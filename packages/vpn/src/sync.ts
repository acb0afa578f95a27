import {
  type DocumentSource,
  DocumentStore,
  type JobRun,
  type PullResult,
  recordRun,
  type SyncResult,
  sharedFiles,
  syncDocument,
  type VerifiedDocument,
  type VerifyModules,
  withSyncLock,
} from '@montana/fleet'
import { type RosterDocument, requireOwn, rosterKind } from '@montana/fleet/roster'
import { errorCode, sleep, systemTime } from '@montana/foundation'
import { type ApplyModules, applyRoster, ownKeys, type RosterApplied } from './apply-roster.js'
import { JOB, ROSTER_NAME } from './constants.js'
import { VpnError } from './errors.js'
import { readKeyRing } from './key/ring.js'
import { readNodeKeys } from './node-keys.js'
import type { VpnSettings } from './settings.js'

export interface VpnSyncModules extends ApplyModules {
  readonly sources: readonly DocumentSource[]
  readonly verify: VerifyModules
  /** Hears of each application: the second one comes where a change by validity was waited for. */
  readonly onApplied?: (applied: RosterApplied) => void
}

/** What came of asking the sources, and what the roster in force made of the interface. */
export interface VpnSyncResult {
  readonly pull: Pick<SyncResult<RosterDocument>, keyof PullResult | 'record'>
  readonly applied: RosterApplied
}

/**
 * One run of the job: pull, plan, apply, publish. Sources that are down and rosters that are refused change nothing: the
 * last good one is applied until its end, and nobody is authorised after it. A change by validity that comes before the
 * next run is waited for, so that both ends make it at one instant. Spec operations 12.2. Throws VpnError; the pull that
 * found nothing is no error here.
 */
export async function syncVpn(
  settings: VpnSettings,
  modules: VpnSyncModules,
  signal: AbortSignal,
): Promise<VpnSyncResult> {
  const { onApplied = () => {}, time = systemTime } = modules
  await recorded(settings, modules, () => readKeyRing(settings.privateKey))
  const first = await pullAndApply(settings, modules, signal)
  onApplied(first.applied)
  let { applied } = first
  for (let waitMs = heldMs(applied, settings, time.wallMs()); waitMs !== null; ) {
    await sleep(waitMs, signal)
    applied = await recorded(settings, modules, () => applyAgain(settings, modules, signal))
    onApplied(applied)
    waitMs = heldMs(applied, settings, time.wallMs())
  }
  return { ...first, applied }
}

async function pullAndApply(
  settings: VpnSettings,
  modules: VpnSyncModules,
  signal: AbortSignal,
): Promise<VpnSyncResult> {
  const { sources, verify, time = systemTime } = modules
  const { stateDir } = settings
  let applied: RosterApplied | undefined
  const pull = await syncDocument<RosterDocument>(
    {
      ...{ job: JOB, name: ROSTER_NAME, stateDir, sources, modules: verify, time },
      kind: rosterKind(await readNodeKeys(stateDir, verify)),
      checkHere: async ({ document }) => {
        requireOwn(document, ownKeys(settings, await readKeyRing(settings.privateKey)), time.wallMs())
      },
      apply: async (current) => {
        applied = await applyInForce(current, settings, modules, signal)
      },
    },
    signal,
  )
  if (!applied) throw noRoster(pull)
  return { pull, applied }
}

/** At the instant of a change; another run may have taken another roster since. */
async function applyAgain(settings: VpnSettings, modules: VpnSyncModules, signal: AbortSignal): Promise<RosterApplied> {
  const { stateDir } = settings
  const work = async () => {
    const kind = rosterKind(await readNodeKeys(stateDir, modules.verify))
    const files = sharedFiles(ROSTER_NAME)
    const { current } = await DocumentStore.open({ kind, stateDir, modules: modules.verify, files })
    if (current) return await applyInForce(current, settings, modules, signal)
    throw new VpnError('VPN_NO_ROSTER', 'the roster in force was removed', { remedy: 'run montana vpn sync again' })
  }
  return await withSyncLock(stateDir, ROSTER_NAME, work, signal)
}

async function applyInForce(
  current: VerifiedDocument<RosterDocument>,
  settings: VpnSettings,
  modules: VpnSyncModules,
  signal: AbortSignal,
): Promise<RosterApplied> {
  const applied = await applyRoster(current, settings, modules, signal)
  if (!applied.isExpired) return applied
  const remedy = 'have the operators issue and publish it anew'
  const message = `the roster in force ended at ${applied.notAfter}; nobody is authorised, the interface stays`
  throw new VpnError('VPN_EXPIRED', message, { field: 'not_after', remedy })
}

/** How long until a change that comes before the next run; null: there is none. */
function heldMs({ nextChangeMs }: RosterApplied, { holdMs }: VpnSettings, nowMs: number): number | null {
  if (nextChangeMs === null) return null
  const waitMs = Math.max(0, nextChangeMs - nowMs)
  return waitMs < holdMs ? waitMs : null
}

/** A failure outside of the pull is one of the job too. */
async function recorded<T>(
  { stateDir }: VpnSettings,
  { time = systemTime }: VpnSyncModules,
  work: () => Promise<T>,
): Promise<T> {
  const startedAtMs = time.wallMs()
  try {
    return await work()
  } catch (error) {
    const run: JobRun = { startedAtMs, endedAtMs: time.wallMs(), isSuccess: false, code: errorCode(error) }
    await recordRun(stateDir, JOB, run)
    throw error
  }
}

function noRoster({ code, sources }: PullResult): VpnError {
  const details = sources.map(({ source, code, message }) => `${source}: ${message ?? code}`).join('; ')
  const remedy = 'look at the sources of the roster, or ask the operators for one that names this host'
  const metadata = { code, sources }
  return new VpnError('VPN_NO_ROSTER', `no roster was ever accepted here (${details})`, { remedy, metadata })
}
