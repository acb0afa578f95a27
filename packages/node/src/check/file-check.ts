import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openIdentity } from '@montana/crypto'
import { errorCode, errorMessage } from '@montana/foundation'
import type { StoreFault } from '@montana/store'
import { IDENTITY_FILE } from '../identity-file.js'
import { RUN_FILE, readRunFile } from '../run-file.js'

/** The files of a data directory that are no part of its database. */
export async function otherFileFaults(dataDir: string): Promise<StoreFault[]> {
  const names = await readdir(dataDir)
  const identities = names.filter((name) => name === IDENTITY_FILE || name.startsWith(`${IDENTITY_FILE}.`))
  const faults = await Promise.all(identities.map((name) => identityFault(dataDir, name)))
  const found = faults.filter((fault) => fault !== undefined)
  return names.includes(RUN_FILE) && !(await readRunFile(dataDir)) ? [...found, RUN_FAULT] : found
}

/** All keys follow from one seed: a changed byte anywhere breaks one of them. */
async function identityFault(dataDir: string, file: string): Promise<StoreFault | undefined> {
  try {
    await openIdentity(new Uint8Array(await readFile(join(dataDir, file))))
    return undefined
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    const remedy = 'restore it from a backup, or from its words with montana init'
    return { code: 'IDENTITY_INVALID', file, message: errorMessage(error), remedy, mend: 'nobody' }
  }
}

const RUN_FAULT: StoreFault = {
  code: 'RUN_FILE_DAMAGED',
  file: RUN_FILE,
  message: 'it does not say where the node can be reached',
  remedy: 'delete it; a node writes it when it starts',
  mend: 'here',
}
