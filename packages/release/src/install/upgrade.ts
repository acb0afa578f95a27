import { RefusalError, ReleaseError } from '../errors.js'
import type { ServiceControl } from '../services/types.js'
import type { VerifiedBundle } from '../verifier/verifier.js'
import { storeBytes } from './backup.js'
import { type ChangeContext, change, revert } from './change.js'
import { requireFitting, requireNewer, requireSpace } from './checks.js'
import { LONG_RUNNING } from './health.js'
import { before, readHistory } from './history.js'
import type { Journal } from './journal.js'
import { currentRelease, layoutOf, releaseName } from './layout.js'
import { withLock } from './lock.js'
import { confirm, type Mended, mend } from './mend.js'
import { storeFile } from './node-config.js'
import { readRelease, stageRelease } from './stage.js'
import { storeSchema } from './store-schema.js'
import { refusing, verified } from './verified.js'

const DEFAULT_WAIT_MS = 60_000

export interface ChangeInit {
  /** Prefix of all paths; `/` for this host. */
  readonly root: string
  readonly services: ServiceControl
  /** For the node to be ready after the restart; 60 s by default. Spec operations 9.6. */
  readonly waitMs?: number
  readonly step?: (text: string) => void
}

export interface Changed {
  readonly isChanged: boolean
  /** Names of releases, `<version>-<id12>`. */
  readonly from: string
  readonly to: string
  /** What was restarted. */
  readonly services: readonly string[]
  /** Copy of the store as it was before it was migrated. */
  readonly backup: string | null
  readonly mended: Mended | null
}

export interface UpgradeInit extends ChangeInit {
  /** The archive, or a folder of its members. */
  readonly bundle: string
  /** Hex file of the release key; what the host was onboarded with by default. */
  readonly keyFile?: string | undefined
  /** Takes a release whose sources are older than those of the active one. */
  readonly allowOlder?: boolean
}

/**
 * Verifies, unpacks beside the running release, checks, backs up, swaps, restarts and waits; goes back by itself when the
 * new one is not ready in time. Spec operations 9.6. Throws RefusalError (78, nothing changed), ReleaseError (1).
 */
export async function upgrade(init: UpgradeInit, signal: AbortSignal): Promise<Changed> {
  const context = contextOf(init)
  const { layout, step } = context
  const current = await requireCurrent(context)
  step('verify')
  const bundle = await verified(init.bundle, init.keyFile ?? layout.key)
  return await withLock(layout, async () => {
    const mended = await mend(context, false, signal)
    const from = (await currentRelease(layout)) ?? current
    const to = releaseName(bundle.release)
    if (to === from) return { ...{ isChanged: mended !== null, from, to, services: [], backup: null }, mended }
    const migrates = await check(context, bundle, from, init.allowOlder ?? false)
    step(`unpack ${to}`)
    await refusing(async () => await stageRelease(layout, bundle, signal))
    return { ...(await carryOut(context, await journalOf(context, from, to, signal), migrates, signal)), mended }
  })
}

/** To the release before the active one, or back to it from a change that was cut off. Throws as {@link upgrade}. */
export async function rollback(init: ChangeInit, signal: AbortSignal): Promise<Changed> {
  const context = contextOf(init)
  const { layout } = context
  const current = await requireCurrent(context)
  return await withLock(layout, async () => {
    const mended = await mend(context, true, signal)
    if (mended) return { ...{ isChanged: true, from: mended.to, to: mended.from, services: [], backup: null }, mended }
    const to = before(await readHistory(layout), current)
    if (to === undefined) throw missing('there is no release before this one')
    const schema = await storeSchema(await storeFile(layout))
    requireFitting(await readRelease(layout, to), await readRelease(layout, current), schema)
    return { ...(await carryOut(context, await journalOf(context, current, to, signal), false, signal)), mended }
  })
}

function contextOf({ root, services, waitMs = DEFAULT_WAIT_MS, step = () => {} }: ChangeInit): ChangeContext {
  return { layout: layoutOf(root), services, waitMs, step }
}

async function requireCurrent({ layout }: ChangeContext): Promise<string> {
  const current = await currentRelease(layout)
  if (current === null) throw missing('no release is installed here')
  await readRelease(layout, current)
  return current
}

/** Whether the new release migrates the store. */
async function check(
  { layout }: ChangeContext,
  { release }: VerifiedBundle,
  from: string,
  allowOlder: boolean,
): Promise<boolean> {
  const database = await storeFile(layout)
  const schema = await storeSchema(database)
  const active = await readRelease(layout, from)
  requireFitting(release, active, schema)
  if (!allowOlder) requireNewer(release, active)
  const migrates = schema > 0 && release.store_schema > schema
  await requireSpace(layout.releases, migrates ? await storeBytes(database) : 0)
  return migrates
}

async function journalOf({ services }: ChangeContext, from: string, to: string, signal: AbortSignal): Promise<Journal> {
  const running: string[] = []
  for (const unit of LONG_RUNNING) if (await services.isActive(unit, signal)) running.push(unit)
  return {
    schema: 'montana.upgrade/1',
    from,
    to,
    services: running,
    backup: null,
    ...{ isReverting: false, isConfirmed: false },
  }
}

async function carryOut(
  context: ChangeContext,
  journal: Journal,
  migrates: boolean,
  signal: AbortSignal,
): Promise<Omit<Changed, 'mended'>> {
  const { from, to, services } = journal
  const fault = await undoing(context, journal, () => change(context, journal, migrates, signal))
  if (fault !== undefined) throw failed(journal, fault, await revert(context, journal, signal))
  await confirm(context, journal)
  return { isChanged: true, from, to, services, backup: journal.backup }
}

/** Who is told to stop in the middle goes back first, however long that takes. */
async function undoing<T>(context: ChangeContext, journal: Journal, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    await revert(context, journal, new AbortController().signal)
    throw error
  }
}

function failed({ from, to }: Journal, fault: string, left: string | undefined): ReleaseError {
  const after = left === undefined ? `${from} runs again` : `${from} is active again, but ${left}`
  return new ReleaseError('UPGRADE_FAILED', `${to} was not ready: ${fault}; ${after}`, {
    remedy: 'read the log of its services',
    metadata: { from, to, isHealthyAgain: left === undefined },
  })
}

function missing(message: string): RefusalError {
  return new RefusalError('RELEASE_MISSING', message, { field: 'current', remedy: 'install one with onboard.sh' })
}
