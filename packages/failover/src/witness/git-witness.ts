import { errorMessage, isAbort } from '@montana/foundation'
import { FailoverError } from '../errors.js'
import { writeParentless } from '../git/parentless.js'
import { rejection, remoteRefs } from '../git/remote.js'
import { gitFailed } from '../git/run.js'
import { POST_MAX_BYTES } from './constants.js'
import { GitPosts } from './git-posts.js'
import { GitScratch, type OpenScratch, type ScratchInit } from './git-scratch.js'
import { encodePost } from './post.js'
import { PostReader } from './post-reader.js'
import type { HostKeys } from './server.js'
import type { SignedPost, Witness, WitnessRead } from './types.js'

export interface GitWitnessOptions extends ScratchInit {
  readonly name: string
  readonly group: string
  readonly stalenessMs: number
}

export interface GitWitnessModules {
  readonly keysOf: HostKeys
}

/** Of the host, in the shared repository: spec three-mirror 7.3. */
const SHARED_PREFIX = 'refs/montana/witness/'
/** As they were fetched. */
const FETCHED_PREFIX = 'refs/witness/'

/** A dead-drop in a git repository that the hosts share. It has no clock: ages are null, readers time the changes. */
export function createGitWitness(options: GitWitnessOptions, modules: GitWitnessModules): Witness {
  return new GitWitness(options, modules)
}

class GitWitness implements Witness {
  readonly name: string
  readonly isSlow = true
  readonly stalenessMs: number
  readonly #group: string
  readonly #scratch: GitScratch
  readonly #keysOf: HostKeys
  readonly #reader: PostReader
  readonly #posts = new GitPosts(FETCHED_PREFIX)
  /** What the remote had under our own ref after the last push; undefined: not known. */
  #own: string | null | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor({ name, group, stalenessMs, ...scratch }: GitWitnessOptions, { keysOf }: GitWitnessModules) {
    this.name = name
    this.stalenessMs = stalenessMs
    this.#group = group
    this.#scratch = new GitScratch(scratch)
    this.#keysOf = keysOf
    this.#reader = new PostReader(keysOf)
  }

  async post(post: SignedPost, signal: AbortSignal): Promise<void> {
    const text = JSON.stringify(encodePost(post))
    if (Buffer.byteLength(text) > POST_MAX_BYTES) throw this.#refused(`takes no post above ${POST_MAX_BYTES} bytes`)
    await this.#inTurn(signal, async (scratch) => await this.#push(scratch, post.body.host, text, signal))
  }

  async read(signal: AbortSignal): Promise<WitnessRead> {
    return await this.#inTurn(signal, async (scratch) => {
      if (!(await fetchPosts(scratch, signal))) return { upMs: null, posts: [] }
      const raw = await this.#posts.read(scratch.git, (host) => this.#keysOf(host).length > 0, signal)
      const posts = raw.flatMap((post) => this.#reader.read(post) ?? [])
      const ours = posts.filter(({ group }) => group === this.#group)
      return { upMs: null, posts: ours.map((body) => ({ host: body.host, ageMs: null, body })) }
    })
  }

  async close(): Promise<void> {
    await this.#turn
    await this.#scratch.remove()
  }

  /** What an earlier life of this host, or a push that was given up too early, left there is replaced, too. */
  async #push(scratch: OpenScratch, host: string, text: string, signal: AbortSignal): Promise<void> {
    const ref = SHARED_PREFIX + host
    const commit = await writeParentless(scratch.git, host, text, signal)
    if (this.#own !== undefined && (await this.#replace(scratch, ref, commit, signal)) === null) return
    this.#own = (await remoteRefs(scratch.git, scratch.url, [ref], signal)).get(ref) ?? null
    const reason = await this.#replace(scratch, ref, commit, signal)
    if (reason !== null) throw this.#refused(`did not take a post: ${reason}`)
  }

  /** Null when it is there; else why the remote did not take it. */
  async #replace({ git, url }: OpenScratch, ref: string, commit: string, signal: AbortSignal): Promise<string | null> {
    const args = ['push', '--porcelain', '--no-verify', `--force-with-lease=${ref}:${this.#own ?? ''}`, '--', url]
    const result = await git.run([...args, `${commit}:${ref}`], { signal })
    if (result.code === 0) this.#own = commit
    else if (rejection(result) === null) throw gitFailed(args, result)
    return result.code === 0 ? null : rejection(result)
  }

  /** One at a time. After a failure nothing is known of the remote and nothing kept of the scratch. */
  async #inTurn<T>(signal: AbortSignal, work: (scratch: OpenScratch) => Promise<T>): Promise<T> {
    const turn = this.#turn.then(async () => await work(await this.#scratch.open(signal, () => this.#forget())))
    this.#turn = turn.catch(() => this.#scratch.spoil())
    return await turn.catch((error: unknown) => {
      throw this.#named(error)
    })
  }

  #forget(): void {
    this.#own = undefined
  }

  #named(error: unknown): unknown {
    if (isAbort(error) || (error instanceof FailoverError && error.code === 'WITNESS_REFUSED')) return error
    const message = `witness ${this.name} does not answer: ${errorMessage(error)}`
    return new FailoverError('WITNESS_UNREACHABLE', message, { cause: error })
  }

  #refused(what: string): FailoverError {
    return new FailoverError('WITNESS_REFUSED', `witness ${this.name} ${what}`)
  }
}

/** A post has no parents; what is deeper is not one and is left where it is. */
const FETCH = [
  'fetch',
  '--quiet',
  '--no-tags',
  '--prune',
  '--depth=1',
  '--no-write-fetch-head',
  '--no-auto-maintenance',
]

/** False when the remote has none: a shallow fetch of nothing ends with 1 and no word, so the remote is asked again. */
async function fetchPosts({ git, url }: OpenScratch, signal: AbortSignal): Promise<boolean> {
  const args = [...FETCH, '--', url, `+${SHARED_PREFIX}*:${FETCHED_PREFIX}*`]
  const result = await git.run(args, { signal })
  if (result.code === 0) return true
  const isSilent = result.code === 1 && result.stderr === ''
  const isEmpty =
    isSilent && (await git.text(['ls-remote', '--refs', '--', url, `${SHARED_PREFIX}*`], { signal })) === ''
  if (isEmpty) return false
  throw gitFailed(args, result)
}
