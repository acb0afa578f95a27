import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError, errorMessage, syncDirectory } from '@montana/foundation'
import { IDENTITY_FILE } from '@montana/node/settings'
import { PATHS, within } from '../host/layout.js'
import { find } from '../host/owned.js'
import { mustRun } from '../host/run.js'
import type { Action } from '../step.js'
import type { OnboardRecord } from '../steps/record.js'

const OWNER_ONLY = 0o700

/** What is kept of a node that is removed or reset; everything else can be fetched or made again. Spec operations 9.6. */
const KEPT = [
  { from: join(PATHS.state, IDENTITY_FILE), to: IDENTITY_FILE },
  { from: PATHS.config, to: 'etc' },
  /** Documents in force, the highest versions seen, keys of the VPN. */
  { from: PATHS.fleet, to: 'fleet' },
]
const WORDS = 'words.txt'

/** `montana-LABEL-20261126T151300Z` below the folder of backups. */
export function backupPath(label: string, at: Date): string {
  const time = at.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  return join(PATHS.backups, `montana-${label.replaceAll(/[^\w.-]/g, '_')}-${time}`)
}

/** Identity, words, configuration and documents in a new folder that only root may open. */
export function backupAction(
  root: string,
  path: string,
  record: OnboardRecord | undefined,
  signal: AbortSignal,
): Action {
  const target = within(root, path)
  const partial = `${target}.partial`
  return {
    what: `back up to ${path}`,
    run: async () => {
      await refuseExisting(target)
      await mkdir(within(root, PATHS.backups), { recursive: true })
      await mkdir(partial, { mode: OWNER_ONLY })
      for (const { from, to } of KEPT) await keep(within(root, from), join(partial, to))
      if (record?.words_file) await keep(record.words_file, join(partial, WORDS))
      await mustRun('sync', ['-f', partial], signal)
      await rename(partial, target)
      await syncDirectory(within(root, PATHS.backups))
    },
    undo: async () => await rm(partial, { recursive: true, force: true }),
  }
}

async function refuseExisting(target: string): Promise<void> {
  if (!(await find(target))) return
  throw new ConfigError(`${target} exists already`, {
    code: 'BACKUP_EXISTS',
    field: 'backup',
    remedy: 'name a new folder',
  })
}

async function keep(from: string, to: string): Promise<void> {
  if (!(await find(from))) return
  await cp(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true }).catch((cause: unknown) => {
    throw new ConfigError(`${from} cannot be backed up: ${errorMessage(cause)}`, { code: 'BACKUP_FAILED', cause })
  })
}
