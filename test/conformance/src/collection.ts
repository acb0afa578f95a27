import { existsSync, globSync } from 'node:fs'
import { join } from 'node:path'

/** A folder of files that a run without names takes. */
export interface Collection {
  /** Begins the name under which its files are counted. */
  readonly name: string
  readonly folder: string
  /** Without it a run says so and goes on. */
  readonly isOptional: boolean
}

export interface CollectedFile {
  /** `COLLECTION/path`, the same in every checkout. */
  readonly name: string
  readonly path: string
}

const ROOT = join(import.meta.dirname, '..', '..', '..')

/** Our own cases, and the known answers that may lie beside the checkout. */
export const COLLECTIONS: readonly Collection[] = [
  { name: 'fixtures', folder: join(ROOT, 'test', 'conformance', 'fixtures'), isOptional: false },
  { name: 'shared', folder: join(ROOT, '..', 'shared', 'vectors'), isOptional: true },
]

/** Every vector file of the collections that are here, in the order of their names. */
export function collectFiles(collections: readonly Collection[]): CollectedFile[] {
  return collections.flatMap(({ name, folder }) => {
    const paths = globSync('**/*.{json,json.gz}', { cwd: folder }).sort()
    return paths.map((path) => ({ name: `${name}/${path}`, path: join(folder, path) }))
  })
}

export function isHere({ folder }: Collection): boolean {
  return existsSync(folder)
}
