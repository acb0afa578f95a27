import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RefusalError } from '../errors.js'

export interface Account {
  readonly uid: number
  readonly gid: number
}

/** Of the system at `root`, by name or number. Throws {@link RefusalError} for one that it does not have. */
export async function accountOf(root: string, user: string, group: string | undefined): Promise<Account> {
  const [, , uid, ownGid] = await entryOf(join(root, 'etc/passwd'), user)
  const gid = group === undefined ? ownGid : (await entryOf(join(root, 'etc/group'), group))[2]
  return { uid: Number(uid), gid: Number(gid) }
}

async function entryOf(file: string, name: string): Promise<string[]> {
  if (/^\d+$/.test(name)) return [name, '', name, name]
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'))
  const entry = lines.find(([first]) => first === name)
  if (entry) return entry
  throw new RefusalError('UNIT_INVALID', `${file} has no ${name}`, { field: 'User', remedy: 'make the account first' })
}
