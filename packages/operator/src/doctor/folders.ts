import { opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { type Ids, idsOf } from '../host/accounts.js'
import { FOLDERS, PATHS, type WantedFolder, within } from '../host/layout.js'
import { find, ownershipFault } from '../host/owned.js'
import { runProgram } from '../host/run.js'
import { type Check, green, red, yellow } from './check.js'

/** With it the VPN job runs as root, and writes to the folder of the fleet by design. */
const JOB_OF_ROOT = join(PATHS.units, 'montana-vpn-key-sync.service.d', '50-wireguard-go.conf')
/** A store of years has fewer; more is not looked at. */
const MAX_ENTRIES = 20_000

export interface FolderFacts {
  readonly folder: WantedFolder
  /** `unknown`: only root can try it as another user. */
  readonly state: 'missing' | 'usable' | 'unusable' | 'unknown'
  /** Owner or mode are others than they should be. */
  readonly fault: string | null
  /** The first file that belongs to somebody else. */
  readonly foreign: string | null
}

export async function gatherFolders(root: string, signal: AbortSignal): Promise<FolderFacts[]> {
  return await Promise.all(FOLDERS.map((folder) => gatherFolder(root, folder, signal)))
}

async function gatherFolder(root: string, folder: WantedFolder, signal: AbortSignal): Promise<FolderFacts> {
  const path = within(root, folder.path)
  const [found, ids] = [await find(path), await idsOf(root, folder.owner)]
  if (!found) return { folder, state: 'missing', fault: null, foreign: null }
  const fault = ids ? ownershipFault(found, { ...ids, mode: folder.mode }) : `there is no user ${folder.owner}`
  if (!ids || folder.owner === 'root')
    return { folder, state: fault ? 'unusable' : 'usable', fault: fault ?? null, foreign: null }
  const isOfRootToo = folder.path === PATHS.fleet && (await find(within(root, JOB_OF_ROOT))) !== undefined
  const owners = new Set(isOfRootToo ? [ids.uid, 0] : [ids.uid])
  return { folder, state: await tryAs(ids, path, signal), fault: fault ?? null, foreign: await foreignIn(path, owners) }
}

/** As the user of the service, not by what modes seem to allow: a folder above may be closed. */
async function tryAs({ uid, gid }: Ids, path: string, signal: AbortSignal): Promise<FolderFacts['state']> {
  if (process.getuid?.() !== 0) return 'unknown'
  const as = [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--']
  const script = '[ -x "$1" ] && [ -w "$1" ]'
  const output = await runProgram('setpriv', [...as, 'sh', '-c', script, 'sh', path], signal).catch(() => undefined)
  if (!output) return 'unknown'
  return output.code === 0 ? 'usable' : 'unusable'
}

async function foreignIn(path: string, owners: ReadonlySet<number>): Promise<string | null> {
  const folder = await opendir(path, { recursive: true }).catch(() => undefined)
  let left = MAX_ENTRIES
  for await (const entry of folder ?? []) {
    const file = join(entry.parentPath, entry.name)
    const found = await find(file)
    if (found && !owners.has(found.uid)) return file
    if (--left === 0) break
  }
  return null
}

export function judgeFolders(facts: readonly FolderFacts[]): Check[] {
  if (facts.every(({ state }) => state === 'missing')) return [green('folders', 'none yet')]
  return facts.filter(({ state }) => state !== 'missing').map(judgeFolder)
}

function judgeFolder({ folder, state, fault, foreign }: FolderFacts): Check {
  const { path, owner } = folder
  const mend = `chown -R ${owner}:${owner} ${path}`
  if (fault) return red(path, fault, `${mend} && chmod ${folder.mode.toString(8)} ${path}`)
  if (foreign) return red(path, `${foreign} belongs to somebody else`, mend)
  if (state === 'unusable') return red(path, `${owner} cannot use it`, 'open the folders above it with chmod a+x')
  if (state === 'unknown') return yellow(path, 'not tried', 'run montana doctor as root')
  return green(path, `${owner} can use it`)
}
