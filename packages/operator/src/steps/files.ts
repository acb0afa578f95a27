import { rm } from 'node:fs/promises'
import { requireIds } from '../host/accounts.js'
import { type Owner, within } from '../host/layout.js'
import { find, readIfThere, writeOwned } from '../host/owned.js'
import type { Action } from '../step.js'

export interface WantedFile {
  readonly path: string
  readonly data: string | Uint8Array
  readonly mode: number
  readonly owner: Owner
}

/** True where the file is there with these bytes. */
export async function isSame(root: string, { path, data }: Pick<WantedFile, 'path' | 'data'>): Promise<boolean> {
  const found = await readIfThere(within(root, path))
  return found !== undefined && Buffer.from(data).equals(found)
}

/** Writes the file, or puts back the one that was there. */
export async function putFile(root: string, file: WantedFile): Promise<Action> {
  const path = within(root, file.path)
  const [before, found] = [await readIfThere(path), await find(path)]
  return {
    what: `${before ? 'replace' : 'write'} ${file.path}`,
    run: async () => await writeOwned(path, file.data, { ...(await requireIds(root, file.owner)), mode: file.mode }),
    undo: async () => {
      if (before && found) await writeOwned(path, before, { ...found, mode: found.mode & 0o7777 })
      else await rm(path, { force: true })
    },
  }
}
