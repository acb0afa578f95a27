import { readFile } from 'node:fs/promises'
import { ConfigError, errorMessage } from '@montana/foundation'
import { type Owner, within } from './layout.js'

/** A line of passwd. */
export interface Account {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
}

export interface Ids {
  readonly uid: number
  readonly gid: number
}

const FIELDS = 7
const ROOT: Ids = { uid: 0, gid: 0 }

/** Accounts of the host below `root`, by name. Throws ConfigError when it has no passwd. */
export async function readAccounts(root: string): Promise<ReadonlyMap<string, Account>> {
  const path = within(root, '/etc/passwd')
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const remedy = 'name the root of a Debian system with --root'
    throw new ConfigError(`${path} cannot be read: ${errorMessage(cause)}`, { code: 'ACCOUNTS', remedy, cause })
  })
  return parseAccounts(text)
}

/** Lines that are none of passwd are left out. */
export function parseAccounts(text: string): ReadonlyMap<string, Account> {
  const fields = text.split('\n').map((line) => line.split(':'))
  const accounts = fields.filter(({ length }) => length === FIELDS).map(toAccount)
  return new Map(accounts.map((account) => [account.name, account]))
}

function toAccount(fields: readonly string[]): Account {
  const [name = '', , uid, gid, , home = '', shell = ''] = fields
  return { name, uid: Number(uid), gid: Number(gid), home, shell }
}

/** The ids of an owner, as far as the account exists. */
export async function idsOf(root: string, owner: Owner): Promise<Ids | undefined> {
  if (owner === 'root') return ROOT
  const account = (await readAccounts(root)).get(owner)
  return account && { uid: account.uid, gid: account.gid }
}

/** As {@link idsOf}; throws ConfigError where the account is missing. */
export async function requireIds(root: string, owner: Owner): Promise<Ids> {
  const ids = await idsOf(root, owner)
  if (ids) return ids
  throw new ConfigError(`there is no user ${owner}`, { code: 'USER_MISSING', remedy: 'run the onboarding again' })
}
