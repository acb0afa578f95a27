import { chmod, chown, mkdir, rmdir } from 'node:fs/promises'
import { ConfigError } from '@montana/foundation'
import { type Account, type Ids, readAccounts, requireIds } from '../host/accounts.js'
import { FOLDERS, PATHS, USERS, type User, type WantedFolder, within } from '../host/layout.js'
import { find, octal, ownershipFault } from '../host/owned.js'
import { mustRun } from '../host/run.js'
import type { Action, Look, Step } from '../step.js'

const NO_LOGIN = ['/usr/sbin/nologin', '/sbin/nologin', '/bin/false', '/usr/bin/false']
/** Accounts of services have ids below this on Debian. */
const FIRST_HUMAN_UID = 1000
const HOMES: Readonly<Record<User, string>> = {
  montana: PATHS.state,
  'montana-fleet': PATHS.fleet,
  'montana-soak': PATHS.soak,
}

/** Service accounts and their folders; what is there already is checked and never changed. */
export function usersStep(root: string): Step {
  return {
    name: 'users',
    look: async () => {
      const [users, folders] = [await lookAtUsers(root), await lookAtFolders(root)]
      const count = (all: number, missing: number, what: string) => `${all - missing} of ${all} ${what}`
      const found = [count(USERS.length, users.length, 'users'), count(FOLDERS.length, folders.length, 'folders')]
      return { found: found.join(', '), actions: [...users, ...folders] } satisfies Look
    },
  }
}

async function lookAtUsers(root: string): Promise<Action[]> {
  const accounts = await readAccounts(root)
  return USERS.flatMap((user) => {
    const account = accounts.get(user)
    if (account) checkAccount(account)
    return account ? [] : [makeUser(root, user)]
  })
}

/** Throws ConfigError USER_FOREIGN for an account that somebody can log in to. */
function checkAccount({ name, uid, shell }: Account): void {
  if (uid > 0 && uid < FIRST_HUMAN_UID && NO_LOGIN.includes(shell)) return
  throw new ConfigError(`user ${name} is there already with uid ${uid} and shell ${shell}`, {
    code: 'USER_FOREIGN',
    field: name,
    remedy: `rename it, or make it a system account without a shell`,
  })
}

function makeUser(root: string, user: User): Action {
  const where = root === '/' ? [] : ['--prefix', root]
  const args = [
    '--system',
    '--user-group',
    '--home-dir',
    HOMES[user],
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
  ]
  return {
    what: `make user ${user}`,
    run: async (signal) => void (await mustRun('useradd', [...where, ...args, user], signal)),
    undo: async () => void (await mustRun('userdel', [...where, user], AbortSignal.timeout(10_000)).catch(() => {})),
  }
}

async function lookAtFolders(root: string): Promise<Action[]> {
  const actions: Action[] = []
  for (const folder of FOLDERS) {
    const path = within(root, folder.path)
    const found = await find(path)
    if (!found) actions.push(makeFolder(root, folder))
    else if (!found.isDirectory()) throw foreign(folder, 'is no folder', `move it away`)
    else await checkFolder(root, folder, found)
  }
  return actions
}

async function checkFolder(root: string, folder: WantedFolder, found: Ids & { readonly mode: number }): Promise<void> {
  const account = (await readAccounts(root)).get(folder.owner)
  const fault = ownershipFault(found, { ...(account ?? { uid: -1, gid: -1 }), mode: folder.mode })
  const { owner, mode, path } = folder
  if (fault) throw foreign(folder, fault, `chown ${owner}:${owner} ${path} && chmod ${octal(mode)} ${path}`)
}

function foreign({ path }: WantedFolder, fault: string, remedy: string): ConfigError {
  return new ConfigError(`${path} ${fault}`, { code: 'FOLDER_FOREIGN', field: path, remedy })
}

function makeFolder(root: string, { path, mode, owner }: WantedFolder): Action {
  const target = within(root, path)
  return {
    what: `make ${path}`,
    run: async () => {
      const { uid, gid } = await requireIds(root, owner)
      await mkdir(target)
      await chown(target, uid, gid)
      await chmod(target, mode)
    },
    undo: async () => void (await rmdir(target).catch(() => {})),
  }
}
