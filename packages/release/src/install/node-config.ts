import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { RefusalError } from '../errors.js'
import type { Layout } from './layout.js'

const DEFAULT_DATA_DIR = '/var/lib/montana'
const DATABASE = 'store.db'

const form = z.looseObject({ dataDir: z.string().min(1).optional() })

/** Where the node of this host keeps its store. */
export async function nodeDataDir({ root, nodeConfig }: Layout): Promise<string> {
  const text = await readFile(nodeConfig, 'utf8').catch(() => '')
  const parsed = form.safeParse(parse(text) ?? {})
  if (!parsed.success) {
    const remedy = 'correct it, or check it with montana config show'
    throw new RefusalError('RELEASE_MISSING', `${nodeConfig} is not a configuration of a node`, {
      field: 'dataDir',
      remedy,
    })
  }
  const dataDir = parsed.data.dataDir ?? DEFAULT_DATA_DIR
  const below = join(root, dataDir)
  return existsSync(below) ? below : dataDir
}

export async function storeFile(layout: Layout): Promise<string> {
  return join(await nodeDataDir(layout), DATABASE)
}
