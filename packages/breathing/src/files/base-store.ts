import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory, writeFileDurably } from '@montana/foundation'
import { z } from 'zod'

/** What a synced file was when breathing last read or wrote it: the side against which a local write is seen. */
export interface Base {
  /** SHA-256 of its bytes. */
  readonly digest: string
  /** Its value, as JSON; empty when it was not there yet. */
  readonly text: string
  /** The registers that belonged to it, as `encodeRegisters` writes them: a second copy, should the own ref be lost. */
  readonly registers: { readonly text: string; readonly stamps: string }
}

/** Looked for and not found: what appears later is a write, not an import. */
export const NO_FILE: Base = { digest: '', text: '', registers: { text: '', stamps: '' } }

const baseSchema = z.strictObject({
  digest: z.string(),
  text: z.string(),
  registers: z.strictObject({ text: z.string(), stamps: z.string() }),
})

/** One file per synced path, durable. Another process may write them too, between two operations under the lock. */
export class BaseStore {
  readonly #folder: string
  readonly #known = new Map<string, { readonly look: string; readonly base: Base | undefined }>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Undefined before the first time; also when it cannot be read, for then the file is imported again. */
  async get(path: string): Promise<Base | undefined> {
    const look = await lookOf(this.#fileOf(path))
    const known = this.#known.get(path)
    if (known?.look === look) return known.base
    const base = await this.#read(path)
    this.#known.set(path, { look, base })
    return base
  }

  async set(path: string, base: Base): Promise<void> {
    await makeDirectory(this.#folder, 0o700)
    await writeFileDurably(this.#fileOf(path), JSON.stringify(base), 0o600)
    this.#known.set(path, { look: await lookOf(this.#fileOf(path)), base })
  }

  async #read(path: string): Promise<Base | undefined> {
    try {
      return baseSchema.parse(JSON.parse(await readFile(this.#fileOf(path), 'utf8')))
    } catch {
      return undefined
    }
  }

  #fileOf(path: string): string {
    return join(this.#folder, `${encodeURIComponent(path)}.json`)
  }
}

async function lookOf(file: string): Promise<string> {
  return await stat(file, { bigint: true }).then(
    ({ ino, size, mtimeNs }) => [ino, size, mtimeNs].join(' '),
    () => 'missing',
  )
}
