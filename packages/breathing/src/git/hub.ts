import { resolve } from 'node:path'
import { BreathError } from '../errors.js'
import { HUB_PREFIX, OWN_PREFIX, type Repository } from './repository.js'
import { gitFailed, runGit } from './run.js'

/** Without a hub, peers are the only way. */
export const NO_HUB = 'none'

/**
 * The remote that all hosts share. Answers are those of the remote itself, never of what was last seen of it.
 * Every call throws BreathError `GIT_FAILED`.
 */
export class Hub {
  readonly #repository: Repository
  readonly #url: string

  constructor(repository: Repository, url: string) {
    this.#repository = repository
    this.#url = url
  }

  /** Every breath ref, as the hub has it now. */
  async fetch(signal?: AbortSignal): Promise<void> {
    const args = ['fetch', '--quiet', '--no-tags', '--prune', '--no-write-fetch-head', '--no-auto-maintenance']
    await this.#repository.git([...args, this.#url, `+${OWN_PREFIX}*:${HUB_PREFIX}*`], { signal })
  }

  /** False when the ref is not `expected` any more (null: not there). */
  async push(node: string, commit: string, expected: string | null, signal?: AbortSignal): Promise<boolean> {
    const ref = OWN_PREFIX + node
    const lease = `--force-with-lease=${ref}:${expected ?? ''}`
    const args = ['push', '--porcelain', '--no-verify', lease, this.#url, `${commit}:${ref}`]
    const result = await this.#repository.tryGit(args, { signal })
    if (result.success) return true
    if (/\[rejected\]|stale info/.test(result.stdout + result.stderr)) return false
    throw gitFailed(args, result)
  }

  /** The commit of `node`'s ref; null when there is none. */
  async read(node: string, signal?: AbortSignal): Promise<string | null> {
    const args = ['ls-remote', '--refs', this.#url, OWN_PREFIX + node]
    const { stdout } = await this.#repository.git(args, { signal })
    return /^([0-9a-f]{40})\t/.exec(stdout)?.[1] ?? null
  }
}

/** A name is looked up in the clone; anything else is a URL, or a path seen from the clone. */
export async function hubUrl(clone: string, remote: string, program: string): Promise<string> {
  const url = /^[A-Za-z0-9_.-]+$/.test(remote) ? await lookUp(clone, remote, program) : remote
  if (hasCredentials(url)) throw withCredentials(remote)
  return isPath(url) ? resolve(clone, url) : url
}

async function lookUp(clone: string, name: string, program: string): Promise<string> {
  const { stdout } = await runGit(clone, ['config', '--get', `remote.${name}.url`], { program })
  const url = stdout.trim()
  if (url !== '') return url
  throw new BreathError('GIT_FAILED', `${clone} has no remote '${name}'`, {
    field: 'remote',
    remedy: 'add it with git remote add, or set remote to its URL, or to none',
  })
}

/** It would stand in the arguments of git, where every user of the host can read it. */
export function hasCredentials(url: string): boolean {
  return /^https?:\/\/[^/]*@/i.test(url) || /^[a-z][a-z0-9+.-]*:\/\/[^/@]*:[^/@]*@/i.test(url)
}

function withCredentials(remote: string): BreathError {
  const message = `the URL of '${remote}' carries a user or password`
  return new BreathError('SECRET_FOUND', message, { field: 'remote', remedy: CREDENTIALS_REMEDY })
}

export const CREDENTIALS_REMEDY = 'use ssh with a key, or https with ~/.netrc (mode 0600)'

/** Neither `scheme://…` nor `host:path`. */
function isPath(text: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && !/^[^/]+:/.test(text)
}
