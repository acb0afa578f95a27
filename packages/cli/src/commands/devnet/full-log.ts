import { existsSync, lstatSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Every write to it is refused with ENOSPC, by the kernel and for every user. */
const FULL = '/dev/full'
const ASIDE = 'node.log.aside'

export function logPath(dataDir: string): string {
  return join(dataDir, 'node.log')
}

/** From its next opening on, the log of that node is on a full disk; what it has written is kept aside. */
export function fillLog(dataDir: string): void {
  if (isFull(dataDir)) return
  renameSync(logPath(dataDir), join(dataDir, ASIDE))
  symlinkSync(FULL, logPath(dataDir))
}

/** Puts the log back; also what a devnet that was killed has left behind. */
export function freeLog(dataDir: string): void {
  const [log, aside] = [logPath(dataDir), join(dataDir, ASIDE)]
  if (isFull(dataDir)) rmSync(log)
  // A kill between the two steps of filling leaves no log at all.
  if (existsSync(aside) && !existsSync(log)) renameSync(aside, log)
}

/** The file with what the node has written: reading a full device never ends. */
export function readableLog(dataDir: string): string {
  return isFull(dataDir) ? join(dataDir, ASIDE) : logPath(dataDir)
}

function isFull(dataDir: string): boolean {
  return lstatSync(logPath(dataDir), { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}
