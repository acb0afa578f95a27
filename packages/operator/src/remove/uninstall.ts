import { readdir, readlink, realpath, rm, rmdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { ConfigError } from '@montana/foundation'
import { readAccounts } from '../host/accounts.js'
import { PATHS, USERS, within } from '../host/layout.js'
import { find } from '../host/owned.js'
import { mustRun } from '../host/run.js'
import type { OnboardContext } from '../options.js'
import type { Action } from '../step.js'
import { type OnboardRecord, readRecord } from '../steps/record.js'
import { activeRelease } from '../steps/release.js'
import { UNIT_SOURCE } from '../steps/units.js'
import { backupAction, backupPath } from './backup.js'

export interface UninstallInit extends Pick<OnboardContext, 'services'> {
  readonly root: string
  /** Folder of the backup; default: below the host's backups, by label and time. */
  readonly backup: string | undefined
  readonly now: Date
  readonly signal: AbortSignal
}

export interface Removal {
  readonly backup: string
  readonly actions: readonly Action[]
}

/** Folders that are ours as a whole. */
const FOLDERS = [
  '/opt/montana',
  PATHS.config,
  PATHS.state,
  PATHS.fleet,
  PATHS.soak,
  PATHS.explorer,
  '/var/lib/montana-backups',
  '/run/montana-node',
  '/run/montana-soak',
  '/run/montana-services',
]
const UNIT = /\.(service|timer)$/

/** Everything that onboarding and what it started have made, the backup first. Spec operations 9.6. Throws ConfigError. */
export async function planUninstall(init: UninstallInit): Promise<Removal> {
  const { root, services, signal } = init
  const record = await readRecord(root)
  await refuseForeign(root, record)
  const backup = init.backup ?? backupPath(record?.label ?? 'node', init.now)
  await refuseInside(root, backup)
  const units = await installedUnits(root)
  const words = record?.words_file
  const actions = [
    backupAction(root, backup, record, signal),
    ...(units.length > 0 ? [stopUnits(services, units)] : []),
    ...units.map((unit) => removeUnit(root, unit)),
    ...(units.length > 0 ? [{ what: 'reload', run: (signal: AbortSignal) => services.daemonReload(signal) }] : []),
    // Before the command itself is gone: an account that something still uses can be tried again.
    ...(await lookAtUsers(root)),
    ...(await lookAtCommand(root)),
    ...(await existing(root, FOLDERS)).map((path) => removeTree(root, path)),
    ...(words && (await find(words)) ? [removeTree('/', words)] : []),
  ]
  return { backup, actions }
}

/** Another product has folders of the same names, of which the backup would keep next to nothing. */
async function refuseForeign(root: string, record: OnboardRecord | undefined): Promise<void> {
  if (record || (await activeRelease(root)) !== undefined) return
  const remedy = 'remove what another product left by its own means'
  throw new ConfigError(`there is neither ${PATHS.record} nor a release in ${PATHS.current}`, {
    code: 'NOT_ONBOARDED',
    field: 'root',
    remedy,
  })
}

/** A backup in a folder that is removed would go with it. One whose parent is not there fails before anything goes. */
async function refuseInside(root: string, backup: string): Promise<void> {
  const parent = await realOrNothing(dirname(resolve(within(root, backup))))
  for (const path of FOLDERS) {
    const folder = await realOrNothing(within(root, path))
    if (parent === undefined || folder === undefined || !`${parent}/`.startsWith(`${folder}/`)) continue
    const remedy = 'name a new folder that stays, such as one below /var/backups'
    throw new ConfigError(`${backup} lies in ${path}, which is removed`, {
      code: 'BACKUP_INSIDE',
      field: 'backup',
      remedy,
    })
  }
}

async function realOrNothing(path: string): Promise<string | undefined> {
  return await realpath(path).catch(() => undefined)
}

async function installedUnits(root: string): Promise<string[]> {
  const ours = new Set((await readdir(UNIT_SOURCE)).filter((name) => UNIT.test(name)))
  const installed = await readdir(within(root, PATHS.units)).catch(() => [])
  return installed.filter((name) => ours.has(name)).sort()
}

/** Templates have no instance that could run of themselves. */
function stopUnits(services: OnboardContext['services'], units: readonly string[]): Action {
  const named = units.filter((unit) => !unit.includes('@'))
  return {
    what: `stop and disable ${named.length} units`,
    run: async (signal) => {
      await services.disable(named, signal)
      for (const unit of named) if (await services.isActive(unit, signal)) await services.stop(unit, signal)
    },
  }
}

function removeUnit(root: string, unit: string): Action {
  const path = join(PATHS.units, unit)
  return {
    what: `remove ${path}`,
    run: async () => {
      await rm(within(root, path), { force: true })
      await rm(within(root, `${path}.d`), { recursive: true, force: true })
      await removeEmptyWants(root)
    },
  }
}

/** Folders of links that enabling has made and that are empty now. */
async function removeEmptyWants(root: string): Promise<void> {
  const folder = within(root, PATHS.units)
  const wants = (await readdir(folder)).filter((name) => name.endsWith('.wants'))
  for (const name of wants) await rmdir(join(folder, name)).catch(() => {})
}

async function lookAtCommand(root: string): Promise<Action[]> {
  const link = within(root, PATHS.command)
  const target = await readlink(link).catch(() => undefined)
  if (!target?.startsWith(PATHS.current)) return []
  return [{ what: `remove ${PATHS.command}`, run: async () => await rm(link, { force: true }) }]
}

async function existing(root: string, paths: readonly string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => find(within(root, path))))
  return paths.filter((_, index) => found[index] !== undefined)
}

function removeTree(root: string, path: string): Action {
  return { what: `remove ${path}`, run: async () => await rm(within(root, path), { recursive: true, force: true }) }
}

async function lookAtUsers(root: string): Promise<Action[]> {
  const accounts = await readAccounts(root)
  const where = root === '/' ? [] : ['--prefix', root]
  return USERS.filter((user) => accounts.has(user)).map((user) => ({
    what: `remove user ${user}`,
    run: async (signal) => void (await mustRun('userdel', [...where, user], signal)),
  }))
}
