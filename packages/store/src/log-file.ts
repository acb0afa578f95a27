import { closeSync, constants, existsSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs'

const BLOCK_BYTES = 2 ** 20

/**
 * Makes durable what an earlier process left in the log, before anything of it is shown, sent or noted. That process may have
 * been killed between the write of a transaction and its fsync; or its fsync failed, and then the system takes the pages for
 * clean and a second fsync would succeed without writing them. So every byte is written again, at its place, as it is. SQLite
 * takes what it finds in a log for durable (spec protocol 16.1). The log has no locks that closing it could drop.
 */
export function settleLog(path: string): void {
  if (!existsSync(path)) return
  const descriptor = openSync(path, constants.O_RDWR)
  try {
    writeAgain(descriptor)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function writeAgain(descriptor: number): void {
  const block = Buffer.alloc(BLOCK_BYTES)
  for (let at = 0, read = -1; read !== 0; at += read) {
    read = readSync(descriptor, block, 0, BLOCK_BYTES, at)
    for (let done = 0; done < read; ) done += writeSync(descriptor, block, done, read - done, at + done)
  }
}
