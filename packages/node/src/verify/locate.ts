import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseIdentityFile } from '@montana/crypto'
import { bytesEqual, ConfigError, errorCode, errorMessage } from '@montana/foundation'
import { decodeGenesisDocument } from '@montana/ledger'
import { DATABASE_FILE, LOCK_FILE, openStore } from '@montana/store'
import { IDENTITY_FILE } from '../identity-file.js'
import type { StoreTarget } from './types.js'

/** Files that only a node's data directory has; one of them without a store is a node that lost it. */
const NODE_FILES = [DATABASE_FILE, LOCK_FILE, IDENTITY_FILE]

/**
 * The stores below a data directory: its own, or for a devnet those of its subfolders, ascending by name. Creates
 * nothing. Throws ConfigError `NO_STORE` (exit 78) when there is none.
 */
export function locateStores(dataDir: string): StoreTarget[] {
  if (existsSync(join(dataDir, DATABASE_FILE))) return [targetOf(dataDir, labelOf(dataDir))]
  const labels = subfolders(dataDir).filter((name) => isNodeDirectory(join(dataDir, name)))
  if (labels.some((name) => existsSync(join(dataDir, name, DATABASE_FILE)))) {
    return labels.map((name) => targetOf(join(dataDir, name), name))
  }
  throw noStore(`data-dir ${dataDir} holds no store and no folder with one`)
}

function targetOf(dir: string, label: string): StoreTarget {
  const open = () => {
    checkReadable(dir)
    return openStore({ dir, mode: 'read' })
  }
  return { label, open }
}

/** Missing permission is the reader's trouble and no defect of the store; SQLite would not tell the two apart. */
function checkReadable(dir: string): void {
  const path = join(dir, DATABASE_FILE)
  try {
    if (existsSync(path)) accessSync(path, constants.R_OK)
  } catch (error) {
    throw unreadable(path, error)
  }
}

function isNodeDirectory(dir: string): boolean {
  return NODE_FILES.some((file) => existsSync(join(dir, file)))
}

function subfolders(dir: string): string[] {
  try {
    const entries = readdirSync(dir, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw noStore(`data-dir ${dir} does not exist`)
    if (errorCode(error) === 'ENOTDIR') throw noStore(`data-dir ${dir} is not a directory`)
    throw unreadable(dir, error)
  }
}

function noStore(message: string): ConfigError {
  const remedy = 'name the data directory of a node, or of a devnet, that has been started once'
  return new ConfigError(message, { code: 'NO_STORE', field: 'data-dir', remedy })
}

function unreadable(path: string, cause: unknown): ConfigError {
  const remedy = 'run the command as the user of the node, or give this user permission to read'
  const message = `data-dir: ${path} cannot be read: ${errorMessage(cause)}`
  return new ConfigError(message, { code: 'DATA_DIR_UNREADABLE', field: 'data-dir', remedy, cause })
}

/** The genesis operator whose node key lies in the directory, else the folder's name. */
function labelOf(dir: string): string {
  return operatorLabel(dir) ?? basename(resolve(dir))
}

/** A label is only for people: whatever cannot be read here is reported by the walk or of no concern to it. */
function operatorLabel(dir: string): string | undefined {
  try {
    const bytes = readFileSync(join(dir, IDENTITY_FILE))
    const ownKey = Uint8Array.from(parseIdentityFile(bytes).keys.nodePublicKey)
    bytes.fill(0)
    const document = storedGenesis(dir)
    const operators = document ? decodeGenesisDocument(document).operators : []
    return operators.find((operator) => bytesEqual(operator.nodePublicKey, ownKey))?.label
  } catch {
    return undefined
  }
}

function storedGenesis(dir: string): Uint8Array | undefined {
  const store = openStore({ dir, mode: 'read' })
  try {
    return store.genesisDocument()
  } finally {
    store.close()
  }
}
