import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError, errorCode } from '@montana/foundation'
import type { PollerOptions } from '../options.js'

/** What makes a folder the data directory of a node. */
const IDENTITY_FILE = 'identity.bin'

/**
 * Options for a folder of nodes: each subfolder with an identity is one, its name the label; records go to `soak.jsonl`
 * beside them. Throws {@link ConfigError} where there is no node.
 */
export async function devnetOptions(dir: string): Promise<PollerOptions> {
  const names = (await listFolder(dir)).sort()
  const isNode = await Promise.all(names.map((name) => exists(join(dir, name, IDENTITY_FILE))))
  const labels = names.filter((_, index) => isNode[index])
  if (labels.length === 0) {
    throw new ConfigError(`data-dir ${dir} holds no node: no subfolder has an ${IDENTITY_FILE}`, {
      field: 'data-dir',
      remedy: 'name the directory of a devnet, or list the nodes in a file and give it with --config',
    })
  }
  return { nodes: labels.map((label) => ({ label, dataDir: join(dir, label) })), path: join(dir, 'soak.jsonl') }
}

async function listFolder(dir: string): Promise<string[]> {
  try {
    return await readdir(dir)
  } catch (error) {
    throw new ConfigError(`data-dir ${dir} cannot be read: ${errorCode(error)}`, {
      field: 'data-dir',
      remedy: 'name the directory of a devnet',
    })
  }
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}
