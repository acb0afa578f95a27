import { join } from 'node:path'
import { errorMessage, isAbort, TimeoutError, withTimeout } from '@montana/foundation'
import type { ServiceControl } from '../services/types.js'
import { backUpStore, restoreStore } from './backup.js'
import { awaitHealth } from './health.js'
import { prune, readHistory } from './history.js'
import { endJournal, type Journal, writeJournal } from './journal.js'
import { activate, type Layout } from './layout.js'
import { storeFile } from './node-config.js'
import { readRelease } from './stage.js'
import { moveUnits } from './units.js'

/** Where a change of release works, and how long it waits. */
export interface ChangeContext {
  readonly layout: Layout
  readonly services: ServiceControl
  /** For the services to be ready after a restart, ms. */
  readonly waitMs: number
  /** Told before each step. */
  readonly step: (text: string) => void
}

/**
 * From one release to another, both of which are complete: backup, swap, restart, health. Returns what was wrong in the end;
 * the caller then reverts. At every instant the active release is a complete one, and the journal says what is left to do.
 */
export async function change(
  context: ChangeContext,
  begun: Journal,
  migrates: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { layout, step } = context
  step('begin')
  await writeJournal(layout, begun)
  if (migrates) await backUp(context, begun, signal)
  step(`activate ${begun.to}`)
  await activate(layout, begun.to)
  return await takeOver(context, begun, signal)
}

/** What runs becomes what is active: unit files, restarts, health. May be done again. */
export async function takeOver(
  context: ChangeContext,
  { from, to, services: units }: Journal,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { layout, services, waitMs, step } = context
  await putUnits(context, from, to, signal)
  try {
    return await withTimeout(2 * waitMs, signal, async (inner) => {
      for (const unit of units) {
        step(`restart ${unit}`)
        await services.restart(unit, inner)
      }
      step('wait for health')
      const { app_sha256: appSha256 } = await readRelease(layout, to)
      return await awaitHealth({ layout, services, units, appSha256, waitMs }, inner)
    })
  } catch (error) {
    if (isAbort(error)) throw error
    return error instanceof TimeoutError ? `the services did not start within ${2 * waitMs} ms` : errorMessage(error)
  }
}

/** Back to where it began, with the store as it was. Returns what is still wrong then. May be done again. */
export async function revert(context: ChangeContext, begun: Journal, signal: AbortSignal): Promise<string | undefined> {
  const { layout, services, step } = context
  const { from, to } = begun
  step(`go back to ${from}`)
  await writeJournal(layout, { ...begun, isReverting: true })
  for (const unit of begun.services) await services.stop(unit, signal)
  if (begun.backup !== null) {
    step('restore the store')
    await restoreStore(begun.backup, await storeFile(layout))
  }
  step(`activate ${from}`)
  await activate(layout, from)
  const fault = await takeOver(context, { ...begun, from: to, to: from }, signal)
  step('end')
  await endJournal(layout)
  await prune(layout, [...(await readHistory(layout)), from])
  return fault
}

async function backUp({ layout, services, step }: ChangeContext, begun: Journal, signal: AbortSignal): Promise<void> {
  for (const unit of begun.services) {
    step(`stop ${unit}`)
    await services.stop(unit, signal)
  }
  step('back up the store')
  const folder = join(layout.backups, `${begun.from}-${Date.now()}`)
  await backUpStore(await storeFile(layout), folder)
  Object.assign(begun, { backup: folder })
  await writeJournal(layout, begun)
}

async function putUnits(
  { layout, services, step }: ChangeContext,
  from: string,
  to: string,
  signal: AbortSignal,
): Promise<void> {
  const moved = await moveUnits(layout, from, to)
  if (moved.length === 0) return
  step(`install ${moved.join(', ')}`)
  await services.daemonReload(signal)
}
