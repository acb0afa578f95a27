import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ConfigError } from '@montana/foundation'

/** Built beside the page of the console. */
const STATIC_PAGE_DIR = join(import.meta.dirname, '..', 'static-page')
const ENTRY = 'index.html'

export interface PageFile {
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * The files of the page that are not in `folder` yet, or differ there; the entry last, because it needs the others.
 * Throws ConfigError where the page was not built.
 */
export async function missingPageFiles(folder: string, from = STATIC_PAGE_DIR): Promise<PageFile[]> {
  const names = await readdir(from).catch((): string[] => [])
  if (!names.includes(ENTRY)) {
    throw new ConfigError('the static page is not built', { field: 'page', remedy: 'run npm run build' })
  }
  const files = await Promise.all(names.map(async (name) => ({ name, bytes: await readFile(join(from, name)) })))
  const states = await Promise.all(files.map(async (file) => await isThere(folder, file)))
  const missing = files.filter((_, index) => !states[index])
  return missing.sort((a, b) => Number(a.name === ENTRY) - Number(b.name === ENTRY))
}

async function isThere(folder: string, { name, bytes }: PageFile): Promise<boolean> {
  const present = await readFile(join(folder, name)).catch(() => undefined)
  return present?.equals(bytes) ?? false
}
