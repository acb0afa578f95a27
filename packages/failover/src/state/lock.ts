import { open, readFile, rm } from 'node:fs/promises'
import { errorCode } from '@montana/foundation'
import { FailoverError } from '../errors.js'
import { readProcStat } from '../process/proc-stat.js'

interface Owner {
  readonly pid: number
  /** Clock ticks after the start of the kernel, of the process with that pid. */
  readonly started: string
}

/** One agent per group and host. Throws FailoverError AGENT_LOCKED; returns how to let go. */
export async function lockAgent(path: string): Promise<() => Promise<void>> {
  const owner: Owner = { pid: process.pid, started: readProcStat(process.pid)?.started ?? '' }
  if (!(await create(path, owner))) {
    const holder = await readOwner(path)
    if (holder && readProcStat(holder.pid)?.started === holder.started) throw locked(path, holder.pid)
    await rm(path, { force: true })
    if (!(await create(path, owner))) throw locked(path, (await readOwner(path))?.pid)
  }
  return async () => await rm(path, { force: true })
}

async function create(path: string, owner: Owner): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(JSON.stringify(owner))
    await file.close()
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner
  } catch {
    return undefined
  }
}

function locked(path: string, pid: number | undefined): FailoverError {
  return new FailoverError('AGENT_LOCKED', `another agent of this group runs here${pid ? ` (pid ${pid})` : ''}`, {
    field: 'stateDir',
    remedy: `stop it first; the lock is ${path}`,
  })
}
