import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { genesisChainState } from '@montana/consensus'
import { openStore, type ReadStore } from '@montana/store'
import { initialiseStore } from '../../../../packages/node/dist/chain/restore.js'
import { inFile, scratchFolder } from './files.js'
import { GENESIS } from './identity.js'

const FILE = 'store.db'

/** The database of a store that holds window 0. */
export function storeImage(): Uint8Array {
  const dir = join(scratchFolder(), 'made-store')
  mkdirSync(dir, { recursive: true })
  const store = openStore({ dir, mode: 'write' })
  initialiseStore(store, GENESIS, genesisChainState(GENESIS))
  store.close()
  return readFileSync(join(dir, FILE))
}

/** A folder with this database and nothing beside it. */
export function storeFolder(image: Uint8Array): string {
  const dir = join(scratchFolder(), 'read-store')
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  inFile(join('read-store', FILE), image)
  return dir
}

/**
 * Everything that a node reads of its head, as one digest. Undefined where a row of it is gone: no node starts from such a
 * store (`StoreInconsistent`). Throws what the store throws.
 */
export function readHead(dir: string): string | undefined {
  const store = openStore({ dir, mode: 'read' })
  try {
    return digestOf(store)
  } finally {
    store.close()
  }
}

function digestOf(store: ReadStore): string | undefined {
  const hash = createHash('sha256')
  const [head, context, document] = [store.head(), store.context(), store.genesisDocument()]
  if (!head || !context || !document) return undefined
  const parts = [store.genesisHash(), document, context, ...Object.values(head)]
  for (const part of parts) hash.update(part instanceof Uint8Array ? part : String(part)).update('|')
  for (const { window, timechainValue } of store.history(0, 9)) hash.update(String(window)).update(timechainValue)
  return hash.digest('hex')
}
