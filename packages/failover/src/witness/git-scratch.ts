import { rm } from 'node:fs/promises'
import { makeDirectory } from '@montana/foundation'
import { remoteUrl } from '../git/remote.js'
import { Git, type GitOptions } from '../git/run.js'

export interface ScratchInit extends GitOptions {
  /** Of the bare repository; emptied whenever it is made anew. */
  readonly folder: string
  /** A clone whose `remote` all hosts share; only its address is read. */
  readonly clone: string
  readonly remote: string
}

export interface OpenScratch {
  readonly git: Git
  readonly url: string
}

/** An hour of posts, one every five seconds: each leaves a commit that nobody asks for again. */
const OPENINGS_MAX = 720

/**
 * A bare repository that a witness client has for itself. Nothing in it is worth keeping: it is made anew at the start,
 * after every failure, whatever state that left, and from time to time instead of collecting garbage.
 */
export class GitScratch {
  readonly #init: ScratchInit
  #open: OpenScratch | undefined
  #openings = 0

  constructor(init: ScratchInit) {
    this.#init = init
  }

  /** Calls back when it is new, so that nothing is remembered of the one before. */
  async open(signal: AbortSignal, onNew: () => void): Promise<OpenScratch> {
    this.#openings += 1
    if (this.#open && this.#openings <= OPENINGS_MAX) return this.#open
    onNew()
    this.#open = await this.#make(signal)
    this.#openings = 0
    return this.#open
  }

  spoil(): void {
    this.#open = undefined
  }

  async remove(): Promise<void> {
    this.spoil()
    await rm(this.#init.folder, { recursive: true, force: true, maxRetries: 3 })
  }

  async #make(signal: AbortSignal): Promise<OpenScratch> {
    const { folder, clone, remote, ...options } = this.#init
    await this.remove()
    const url = await remoteUrl(new Git(clone, options), remote, signal)
    await makeDirectory(folder, 0o700)
    const git = new Git(folder, options)
    await git.text(['init', '--quiet', '--bare', '--template=', '--initial-branch=main', '.'], { signal })
    return { git, url }
  }
}
