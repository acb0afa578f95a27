import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError, MontanaError } from '@montana/foundation'
import { IDENTITY_FILE } from '@montana/node/settings'
import { isNodeRunning } from '../host/alive.js'
import { PATHS, within } from '../host/layout.js'
import type { OnboardContext } from '../options.js'
import type { Action } from '../step.js'
import { type OnboardRecord, readRecord } from '../steps/record.js'
import { NODE_UNIT } from '../steps/units.js'
import { backupAction, backupPath } from './backup.js'

export interface ResetInit extends Pick<OnboardContext, 'services'> {
  readonly root: string
  readonly keepsIdentity: boolean
  /** Folder of the backup; undefined: by label and time. */
  readonly backup: string | undefined
  readonly now: Date
  readonly signal: AbortSignal
}

export interface Reset {
  /** Has to be repeated by whoever wants this. */
  readonly label: string
  readonly backup: string
  readonly actions: readonly Action[]
  /** Entries of the data directory that are not known, and stay. */
  readonly strangers: readonly string[]
}

/** Of the chain; its documents and the join request stay. */
const CHAIN = /^(store\.(db|lock|head)|run\.json$)/
const KEPT = ['manifest', 'join-request.json']

/** Forgets the chain, so that the node fetches it anew. Acts only on what it knows. Spec operations 9.6. */
export async function planReset(init: ResetInit): Promise<Reset> {
  const { root, signal, keepsIdentity } = init
  await refuseRunning(init)
  const record = await requireRecord(root)
  const backup = init.backup ?? backupPath(record.label, init.now)
  const entries = await readdir(within(root, PATHS.state))
  const gone = entries.filter((name) => CHAIN.test(name) || (!keepsIdentity && name === IDENTITY_FILE))
  const known = new Set([...gone, ...KEPT, IDENTITY_FILE])
  return {
    label: record.label,
    backup,
    actions: [backupAction(root, backup, record, signal), ...gone.sort().map((name) => removeEntry(root, name))],
    strangers: entries.filter((name) => !known.has(name)).sort(),
  }
}

async function refuseRunning({ root, services, signal }: ResetInit): Promise<void> {
  if (!(await services.isActive(NODE_UNIT, signal)) && !(await isNodeRunning(root))) return
  throw new MontanaError('NODE_RUNNING', 'the node runs', { remedy: `stop it first: systemctl stop ${NODE_UNIT}` })
}

async function requireRecord(root: string): Promise<OnboardRecord> {
  const record = await readRecord(root)
  if (record) return record
  const remedy = 'a data directory that onboarding has not made is for its owner to empty'
  throw new ConfigError(`${PATHS.record} is missing`, { code: 'NOT_ONBOARDED', field: 'root', remedy })
}

function removeEntry(root: string, name: string): Action {
  const path = join(PATHS.state, name)
  return { what: `remove ${path}`, run: async () => await rm(within(root, path), { recursive: true, force: true }) }
}
