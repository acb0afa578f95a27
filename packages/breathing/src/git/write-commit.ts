import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TreeFiles } from '../merge/encode.js'
import type { Repository } from './repository.js'

/** The prefix of private index files; what a killed process left of them is swept at the next start. */
export const INDEX_PREFIX = 'breath-index-'

/** Writes trees by plumbing and an index of their own, and remembers which blobs are there. Spec three-mirror 12.3. */
export class TreeWriter {
  readonly #repository: Repository
  #blobs = new Map<string, { readonly content: string; readonly name: string }>()

  constructor(repository: Repository) {
    this.#repository = repository
  }

  /** To be called when objects may have been lost. */
  forget(): void {
    this.#blobs.clear()
  }

  /** The name of the tree that holds exactly these files. */
  async write(files: TreeFiles, signal?: AbortSignal): Promise<string> {
    const blobs = new Map<string, { content: string; name: string }>()
    for (const [path, content] of files) blobs.set(path, { content, name: await this.#blob(path, content, signal) })
    const tree = await this.#tree(blobs, signal)
    this.#blobs = blobs
    return tree
  }

  async #blob(path: string, content: string, signal?: AbortSignal): Promise<string> {
    const known = this.#blobs.get(path)
    if (known?.content === content) return known.name
    const { stdout } = await this.#repository.git(['hash-object', '-w', '--stdin'], { input: content, signal })
    return stdout.trim()
  }

  async #tree(blobs: ReadonlyMap<string, { name: string }>, signal?: AbortSignal): Promise<string> {
    const index = `${INDEX_PREFIX}${randomUUID()}`
    const options = { environment: { GIT_INDEX_FILE: index }, signal }
    const input = [...blobs].map(([path, { name }]) => `100644 ${name}\t${path}\0`).join('')
    try {
      await this.#repository.git(['update-index', '-z', '--index-info'], { ...options, input })
      return (await this.#repository.git(['write-tree'], options)).stdout.trim()
    } finally {
      await rm(join(this.#repository.folder, index), { force: true })
    }
  }
}

export interface CommitInit {
  readonly tree: string
  readonly parent: string | null
  readonly message: string
  readonly node: string
}

export async function writeCommit(
  repository: Repository,
  { tree, parent, message, node }: CommitInit,
  signal?: AbortSignal,
): Promise<string> {
  const args = ['commit-tree', tree, ...(parent === null ? [] : ['-p', parent])]
  const { stdout } = await repository.git(args, { input: message, environment: identityOf(node), signal })
  return stdout.trim()
}

function identityOf(node: string): Record<string, string> {
  const email = `${node}@breath.invalid`
  return {
    GIT_AUTHOR_NAME: node,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: node,
    GIT_COMMITTER_EMAIL: email,
  }
}
