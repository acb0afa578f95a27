import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { errorCode } from '@montana/foundation'
import { FailoverError } from '../errors.js'
import { readProcStat } from '../process/proc-stat.js'

interface Owner {
  readonly pid: number
  /** Life of the kernel, and clock ticks in it after which the process with that pid began. */
  readonly started: string
}

/** One agent per group and host. Throws FailoverError AGENT_LOCKED; returns how to let go. */
export async function lockAgent(path: string): Promise<() => Promise<void>> {
  const mine = `${path}.${process.pid}-${randomUUID().slice(0, 8)}`
  const owner: Owner = { pid: process.pid, started: startOf(process.pid) ?? '' }
  // Whole before it has its name: nobody ever sees a lock without an owner.
  await writeFile(mine, JSON.stringify(owner), { mode: 0o600 })
  try {
    if (!(await claim(mine, path))) await takeOver(mine, path)
  } finally {
    await rm(mine, { force: true })
  }
  return async () => await rm(path, { force: true })
}

/** False when somebody has it. */
async function claim(mine: string, path: string): Promise<boolean> {
  try {
    await link(mine, path)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/** Of two that find the same stale lock only one moves it away, and whoever moved a fresh one puts it back. */
async function takeOver(mine: string, path: string): Promise<void> {
  const holder = await readOwner(path)
  if (holder && isAlive(holder)) throw locked(path, holder.pid)
  const aside = `${mine}.stale`
  await rename(path, aside).catch(() => {})
  const moved = await readOwner(aside)
  if (moved && isAlive(moved)) await claim(aside, path)
  await rm(aside, { force: true })
  if (!(await claim(mine, path))) throw locked(path, (await readOwner(path))?.pid)
}

function isAlive({ pid, started }: Owner): boolean {
  return startOf(pid) === started
}

/** Undefined: there is no such process. */
function startOf(pid: number): string | undefined {
  const stat = readProcStat(pid)
  return stat && `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${stat.started}`
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
