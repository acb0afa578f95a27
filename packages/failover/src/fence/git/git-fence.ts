import type { Epoch } from '../../epoch.js'
import { FailoverError } from '../../errors.js'
import { rejection, remoteRefs, requireNoCredentials } from '../../git/remote.js'
import { Git, gitFailed } from '../../git/run.js'
import { requireEpoch, staleEpoch } from '../stale.js'
import { ATTEMPTS, EPOCH_REF, FALLBACK_EPOCH_REF, FENCE_TIMEOUT_MS } from './constants.js'
import { EpochRef, type PlacedMark } from './epoch-ref.js'
import type { FenceMark } from './mark.js'
import type { FencedPush, FencedUpdate, GitFence, GitFenceOptions } from './types.js'
import { pushArguments, requireUpdates } from './updates.js'

/** Fenced pushes from one repository to one remote. Spec three-mirror 9. */
export function createGitFence(options: GitFenceOptions): GitFence {
  return new RemoteFence(options)
}

class RemoteFence implements GitFence {
  readonly #git: Git
  readonly #remote: string
  readonly #ref: EpochRef
  /** What the remote had when last asked; undefined: ask. The lease is what makes it safe to be wrong. */
  #known: PlacedMark | null | undefined

  constructor({ repository, remote, epochRef = EPOCH_REF, timeoutMs = FENCE_TIMEOUT_MS, ...options }: GitFenceOptions) {
    requireNoCredentials(remote, 'remote')
    this.#git = new Git(repository, { ...options, timeoutMs })
    this.#remote = remote
    this.#ref = new EpochRef(epochRef, this.#git, remote)
  }

  async read(signal?: AbortSignal): Promise<FenceMark | null> {
    this.#known = await this.#ref.read(signal)
    return this.#known
  }

  async push({ epoch, updates }: FencedPush, signal?: AbortSignal): Promise<FenceMark> {
    requireEpoch(epoch)
    requireUpdates(updates, this.#ref.name)
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const mark = await this.#attempt(epoch, updates, signal)
      if (mark) return mark
    }
    throw moved(this.#ref.name)
  }

  /** Undefined when another push of the same tenure, or of a lower one, came in between. */
  async #attempt(epoch: Epoch, updates: readonly FencedUpdate[], signal?: AbortSignal): Promise<FenceMark | undefined> {
    const { mark, move } = await this.#prepare(epoch, signal)
    const refs = [move, ...updates]
    const args = pushArguments(this.#remote, refs)
    const result = await this.#git.run(args, { signal })
    if (result.code !== 0 && !(await this.#hasLanded(refs, gitFailed(args, result), rejection(result), signal))) {
      return undefined
    }
    this.#known = mark
    return mark
  }

  async #prepare(epoch: Epoch, signal?: AbortSignal): Promise<{ mark: PlacedMark; move: FencedUpdate }> {
    const before = this.#known === undefined ? await this.#ref.read(signal) : this.#known
    // Until it is known how this push ends.
    this.#known = undefined
    if (before && before.epoch > epoch) throw staleEpoch(epoch, before.epoch)
    const mark = await this.#ref.write({ epoch, sequence: (before?.sequence ?? 0) + 1 }, signal)
    return { mark, move: { ref: this.#ref.name, old: before?.commit ?? null, next: mark.commit } }
  }

  /**
   * What really happened, from the remote itself. True: it is there after all. False: the epoch ref, the first of `refs`,
   * has moved, and the push may be tried again.
   */
  async #hasLanded(
    refs: readonly FencedUpdate[],
    error: FailoverError,
    reason: string | null,
    signal?: AbortSignal,
  ): Promise<boolean> {
    const names = refs.map(({ ref }) => ref)
    const found = await remoteRefs(this.#git, this.#remote, names, signal)
    const at = (ref: string) => found.get(ref) ?? null
    const [move] = refs
    if (move && at(move.ref) === move.next) return true
    if (move && at(move.ref) !== move.old) return false
    const other = refs.find(({ ref, old }) => at(ref) !== old)
    if (other) throw moved(other.ref)
    throw reason === null ? error : refused(this.#ref.name, reason, error)
  }
}

function moved(ref: string): FailoverError {
  const remedy = 'fetch, and decide again on what is there now'
  return new FailoverError('REF_MOVED', `${ref} is not where it was taken to be`, { remedy, metadata: { ref } })
}

function refused(epochRef: string, reason: string, cause: FailoverError): FailoverError {
  return new FailoverError('FENCE_REFUSED', `the remote refuses a fenced push: ${reason}`, {
    field: 'fenceRef',
    remedy: `if it is ${epochRef} that it refuses: write fenceRef: ${FALLBACK_EPOCH_REF}, on every host`,
    cause,
  })
}
