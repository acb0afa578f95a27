import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '@montana/foundation'
import { BreathError } from '../errors.js'
import { type GitOptions, type GitResult, git, runGit } from './run.js'

/** Where refs lie in the private repository. */
export const OWN_PREFIX = 'refs/heads/breath/'
/** As the hub had them when last asked. */
export const HUB_PREFIX = 'refs/hub/'
/** As peers gave them. */
export const PEER_PREFIX = 'refs/peers/'

/** What a repository is told once; each call may add to it. */
export interface RepositoryOptions {
  readonly program?: string
  readonly timeoutMs?: number
}

/**
 * The bare repository that breathing has for itself, beside or below the user's clone. It shares neither index, work
 * tree, objects nor refs with it, so whatever state that clone is in does not matter. Spec three-mirror 12.6.
 */
export class Repository {
  readonly folder: string
  readonly #options: RepositoryOptions

  constructor(folder: string, options: RepositoryOptions = {}) {
    this.folder = folder
    this.#options = options
  }

  /** Makes it, or makes whole what a killed start has left. */
  async initialize(signal?: AbortSignal): Promise<void> {
    const parts = await Promise.all(
      ['HEAD', 'config', 'objects', 'refs'].map((name) => isThere(join(this.folder, name))),
    )
    if (parts.every(Boolean)) return
    await makeDirectory(this.folder, 0o700)
    // `-C` alone, since --git-dir would need what is to be made.
    const args = ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', '.']
    await git(this.folder, args, { ...this.#options, signal })
  }

  /** Throws BreathError `GIT_FAILED`. */
  async git(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
    return await git(this.folder, this.#argv(args), { ...this.#options, ...options })
  }

  async tryGit(args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
    return await runGit(this.folder, this.#argv(args), { ...this.#options, ...options })
  }

  /** Never a repository further up, should this one be broken. */
  #argv(args: readonly string[]): string[] {
    return ['--git-dir=.', ...args]
  }

  /** Object names by ref name. */
  async refs(signal?: AbortSignal): Promise<Map<string, string>> {
    const args = ['for-each-ref', '--format=%(refname) %(objectname)', OWN_PREFIX, HUB_PREFIX, PEER_PREFIX]
    const { stdout } = await this.git(args, { signal })
    const lines = stdout.split('\n').filter((line) => line !== '')
    return new Map(lines.map((line) => line.split(' ') as [string, string]))
  }

  /** Throws BreathError `GIT_FAILED` for a ref whose commit is lost: git would not fetch past it. */
  async requireCommits(signal?: AbortSignal): Promise<void> {
    const refs = [...(await this.refs(signal))]
    const input = refs.map(([, commit]) => `${commit}\n`).join('')
    const { stdout } = await this.git(['cat-file', '--batch-check'], { input, signal })
    const lines = stdout.split('\n')
    const lost = refs.find((_, index) => !lines[index]?.includes(' commit '))
    if (lost) throw new BreathError('GIT_FAILED', `the commit of ${lost[0]} is lost`)
  }

  /** Compare-and-swap; null is "must not be there" and "is to go". Throws BreathError `GIT_FAILED`. */
  async updateRef(ref: string, next: string | null, old: string | null, signal?: AbortSignal): Promise<void> {
    const before = old ?? ZERO
    const args = next === null ? ['update-ref', '-d', ref, before] : ['update-ref', ref, next, before]
    await this.git(args, { signal })
  }
}

const ZERO = '0'.repeat(40)

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory() || found.size > 0,
    () => false,
  )
}
