import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { MontanaError } from '@montana/foundation'
import { hasherOf, type MerkleHasher } from '@montana/ledger'
import { loadBackend } from '@montana/native'
import { inspectStore, type MissingPart, openStore, type ReadStore, repairStore, type StoreFault } from '@montana/store'
import { RUN_FILE } from '../run-file.js'
import { chainFaults } from './chain-check.js'
import { otherFileFaults } from './file-check.js'
import { tableRootFaults } from './table-check.js'

export interface CheckOptions {
  readonly dataDir: string
  /** Mend what can be mended; the node must be stopped. */
  readonly repair?: boolean
  readonly signal?: AbortSignal
}

export interface CheckReport {
  readonly dataDir: string
  /** Nothing is wrong, or what was wrong is mended or waits for peers. */
  readonly sound: boolean
  readonly faults: readonly StoreFault[]
  /** What the repair did, as sentences. */
  readonly repaired: readonly string[]
  /** What a node fetches from its peers. */
  readonly missing: readonly MissingPart[]
  /** Why the node joins by snapshot at its next start; null where it need not. */
  readonly resync: string | null
}

/**
 * Reads everything in a data directory and names what is wrong. Writes nothing without `repair`. Throws ConfigError
 * `NO_STORE`, and with `repair` `STORE_LOCKED` while a node runs.
 */
export async function checkStore(options: CheckOptions): Promise<CheckReport> {
  const { dataDir, repair = false, signal } = options
  const found = await faultsOf(dataDir, signal)
  if (!repair || found.length === 0) return { ...report(dataDir, found), sound: found.length === 0 }
  const repaired = await repairStore(dataDir, found)
  if (found.some(({ code }) => code === 'RUN_FILE_DAMAGED')) await rm(join(dataDir, RUN_FILE), { force: true })
  const left = await remaining(dataDir, signal)
  const joined = markWrongTables(dataDir, left)
  const after = report(dataDir, left)
  const isPending = ({ mend }: StoreFault) => mend === 'peers' && after.resync !== null
  return { ...after, repaired: [...repaired, ...joined], sound: left.every(isPending) }
}

/** A database that was set aside leaves no store: nothing is wrong with what is not there. */
async function remaining(dataDir: string, signal: AbortSignal | undefined): Promise<StoreFault[]> {
  try {
    return await faultsOf(dataDir, signal)
  } catch (error) {
    if (error instanceof MontanaError && error.code === 'NO_STORE') return otherFileFaults(dataDir)
    throw error
  }
}

async function faultsOf(dataDir: string, signal: AbortSignal | undefined): Promise<StoreFault[]> {
  const stored = await inspectStore(dataDir, signal)
  const others = await otherFileFaults(dataDir)
  const isReadable = stored.every(({ mend, file }) => mend !== 'nobody' || file !== 'store.db')
  const agreed = isReadable ? read(dataDir, (store) => agreementFaults(store, signal)) : []
  return [...stored, ...(agreed ?? []), ...others]
}

/** What only the rules of the chain can tell of rows that are as they were written. */
function agreementFaults(store: ReadStore, signal: AbortSignal | undefined): StoreFault[] {
  const release = store.hold()
  try {
    return [...chainFaults(store, signal), ...tableRootFaults(store, hasher())]
  } finally {
    release()
  }
}

function hasher(): MerkleHasher {
  return hasherOf(loadBackend().backend)
}

/** Records that do not give the root of the head come anew from peers. */
function markWrongTables(dataDir: string, faults: readonly StoreFault[]): string[] {
  const wrong = faults.find(({ mend, code }) => mend === 'peers' && code !== 'ENVELOPE_WRONG')
  if (!wrong || report(dataDir, []).resync !== null) return []
  const store = openStore({ dir: dataDir, mode: 'write' })
  try {
    const reason = `${wrong.table ?? wrong.file}: ${wrong.message}`
    store.repairs.requireResync(reason)
    return [`${reason}: the node joins by snapshot at its next start`]
  } finally {
    store.close()
  }
}

function report(dataDir: string, faults: readonly StoreFault[]): CheckReport {
  const marks = read(dataDir, (store) => ({ missing: store.repairs.missing(), resync: store.repairs.resync() ?? null }))
  const { missing = [], resync = null } = marks ?? {}
  return { dataDir, sound: true, faults, repaired: [], missing, resync }
}

/** `undefined` where the store cannot be opened or read: the inspection has said why. */
function read<T>(dataDir: string, work: (store: ReadStore) => T): T | undefined {
  try {
    const store = openStore({ dir: dataDir, mode: 'read' })
    try {
      return work(store)
    } finally {
      store.close()
    }
  } catch (error) {
    if (error instanceof MontanaError) return undefined
    throw error
  }
}
