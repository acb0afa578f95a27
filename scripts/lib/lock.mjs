// One build at a time per checkout: two commands started together must not compile into each other.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 200

export async function withLock(root, work) {
  const directory = join(root, '.montana')
  const file = join(directory, 'build.lock')
  mkdirSync(directory, { recursive: true })
  for (;;) {
    if (acquire(file)) break
    if (!isHolderAlive(file)) rmSync(file, { force: true })
    else await sleep(POLL_MS)
  }
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function acquire(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' })
    return true
  } catch {
    return false
  }
}

function isHolderAlive(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    if (!pid) return true // being written
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
