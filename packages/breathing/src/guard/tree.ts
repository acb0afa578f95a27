import { BREATH_FOLDER } from '../constants.js'
import { checkEntries, listTree, readBlobs } from '../git/read-tree.js'
import type { Repository } from '../git/repository.js'
import { HISTORY_FOLDER, STAMPS_FOLDER, VECTOR_FILE } from '../merge/encode.js'
import { parseJson } from '../merge/json.js'
import { checkFileSecrets } from './secrets.js'

export interface TreeRules {
  readonly options: { readonly syncPaths: readonly string[] }
  readonly publicFields: ReadonlySet<string>
}

/**
 * Walks the tree of a commit that is about to leave. Throws BreathError `PATH_FOREIGN`, `TOO_LARGE`, `JSON_INVALID` or
 * `SECRET_FOUND`. Spec three-mirror 12.3.
 */
export async function checkTree(
  repository: Repository,
  commit: string,
  { options, publicFields }: TreeRules,
  signal?: AbortSignal,
): Promise<void> {
  const entries = await listTree(repository, commit, signal)
  checkEntries(entries, allowList(options.syncPaths))
  const synced = entries.filter(({ path }) => !path.startsWith(`${BREATH_FOLDER}/`))
  const files = await readBlobs(repository, synced, signal)
  for (const [path, text] of files) checkFileSecrets(path, parseJson(text, path), publicFields)
}

const HISTORY_NAME = /^\d{4}-\d\d-\d\d-\d{4}\.json$/

/** The synced paths and what belongs to them. */
export function allowList(syncPaths: readonly string[]): (path: string) => boolean {
  const names = new Set([VECTOR_FILE, ...syncPaths, ...syncPaths.map((path) => STAMPS_FOLDER + path)])
  return (path) =>
    names.has(path) || (path.startsWith(HISTORY_FOLDER) && HISTORY_NAME.test(path.slice(HISTORY_FOLDER.length)))
}
