import { MirrorError } from '../contracts/errors.js'
import type { RemoteGit } from './git-calls.js'

export interface RefEntry {
  readonly commit: string
  readonly text: string
}

/** Of a version in the trail, with what its message says besides. */
interface Place {
  readonly parents: readonly string[]
  readonly note: string
}

type Offer =
  | { readonly isTaken: true; readonly entry: RefEntry }
  | { readonly isTaken: false; readonly now: string | null; readonly words: string }

const OBJECT_ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/
const AUTHOR = ['-c', 'user.name=montana-mirror', '-c', 'user.email=montana-mirror@montana.invalid']

/** Spec repository-mirror 9.1: longer, and who reads it for the first time waits. */
export const TRAIL_MAX = 1_000

/**
 * One small file at a ref of a remote, changed by compare-and-swap: each version is a commit whose parent is the version
 * before, so that the ref is its own history. A history of {@link TRAIL_MAX} versions is cut: the next has no parent and
 * names the old tip in its message. Spec repository-mirror 9.1.
 */
export class RefStore {
  readonly #git: RemoteGit
  readonly #ref: string
  readonly #file: string
  readonly #bytesMax: number

  constructor(git: RemoteGit, init: { ref: string; file: string; bytesMax: number }) {
    this.#git = git
    this.#ref = init.ref
    this.#file = init.file
    this.#bytesMax = init.bytesMax
  }

  /** As the remote has it now; null where there is no such ref. Throws MirrorError when the remote cannot be asked. */
  async read(signal: AbortSignal): Promise<RefEntry | null> {
    const listed = await this.#tip(signal)
    if (listed === null) return null
    const commit = (await this.#bring(listed, signal)) ? listed : await this.#listAnew(signal)
    return commit === null ? null : { commit, text: await this.#blob(commit, signal) }
  }

  /** A trail that is cut between the list and the fetch brings nothing of what was listed. */
  async #listAnew(signal: AbortSignal): Promise<string | null> {
    const commit = await this.#tip(signal)
    if (commit !== null) await this.#bring(commit, signal)
    return commit
  }

  /** The version before one that was read or written here; null where the history begins. */
  async before(commit: string, signal: AbortSignal): Promise<RefEntry | null> {
    const listed = await this.#text(['rev-list', '--parents', '--max-count=1', commit, '--'], signal)
    const parent = listed.trim().split(' ')[1]
    return parent === undefined ? null : { commit: parent, text: await this.#blob(parent, signal) }
  }

  /**
   * Child of `old` (null: the ref must not exist). Null when somebody else was first: nothing was written then. `mayCut`:
   * whether this version needs none of those before it.
   */
  async swap(old: RefEntry | null, text: string, signal: AbortSignal, mayCut = true): Promise<RefEntry | null> {
    if (old !== null && mayCut && (await this.#isLong(old.commit, signal))) {
      const cut = await this.#offer(old, text, rootOf(old), signal)
      if (cut.isTaken) return cut.entry
      // A remote that takes children alone has left it as it was, and keeps its trail.
      if (cut.now !== old.commit) return null
    }
    const child = await this.#offer(old, text, childOf(old), signal)
    if (child.isTaken) return child.entry
    if (/stale info|fetch first|non-fast-forward|cannot lock ref|already exists/.test(child.words)) return null
    throw refused(child.words)
  }

  /** What was refused may have been taken all the same, when only the answer was lost: the remote decides. */
  async #offer(old: RefEntry | null, text: string, place: Place, signal: AbortSignal): Promise<Offer> {
    const commit = await this.#write(text, place, signal)
    const lease = `--force-with-lease=${this.#ref}:${old?.commit ?? ''}`
    const args = ['push', '--porcelain', '--atomic', lease, '--', this.#git.url, `${commit}:${this.#ref}`]
    const { code, stdout, stderr } = await this.#git.run(args, { signal })
    if (code === 0) return { isTaken: true, entry: { commit, text } }
    const now = await this.#tip(signal)
    if (now === commit) return { isTaken: true, entry: { commit, text } }
    return { isTaken: false, now, words: `${stdout}\n${stderr}` }
  }

  async #isLong(commit: string, signal: AbortSignal): Promise<boolean> {
    const count = await this.#text(['rev-list', '--count', `--max-count=${TRAIL_MAX}`, commit, '--'], signal)
    return Number(count) >= TRAIL_MAX
  }

  async #tip(signal: AbortSignal): Promise<string | null> {
    return commitOf(await this.#text(['ls-remote', '--', this.#git.url, this.#ref], signal), this.#ref)
  }

  /** False when the remote has it no more. */
  async #bring(commit: string, signal: AbortSignal): Promise<boolean> {
    if (await this.#has(commit, signal)) return true
    await this.#text(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--', this.#git.url, this.#ref], signal)
    return await this.#has(commit, signal)
  }

  async #has(commit: string, signal: AbortSignal): Promise<boolean> {
    const { code } = await this.#git.run(['cat-file', '-e', `${commit}^{commit}`], { signal })
    return code === 0
  }

  async #blob(commit: string, signal: AbortSignal): Promise<string> {
    const place = `${commit}:${this.#file}`
    const size = Number(await this.#text(['cat-file', '-s', place], signal))
    if (size <= this.#bytesMax) return await this.#text(['cat-file', 'blob', place], signal)
    throw new MirrorError('TARGET_ANSWER_INVALID', `${this.#file} at ${this.#ref} has ${size} bytes`, {
      remedy: 'restore the last good parent of the ref',
    })
  }

  async #write(text: string, { parents, note }: Place, signal: AbortSignal): Promise<string> {
    const blob = (await this.#text(['hash-object', '-w', '--stdin'], signal, text)).trim()
    const tree = (await this.#text(['mktree'], signal, `100644 blob ${blob}\t${this.#file}\n`)).trim()
    const parent = parents.flatMap((commit) => ['-p', commit])
    return (await this.#text([...AUTHOR, 'commit-tree', tree, ...parent], signal, `${this.#ref}\n${note}`)).trim()
  }

  async #text(args: readonly string[], signal: AbortSignal, input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.#git.run(args, { signal, ...(input === undefined ? {} : { input }) })
    if (code === 0) return stdout
    throw refused(stderr)
  }
}

function childOf(old: RefEntry | null): Place {
  return { parents: old === null ? [] : [old.commit], note: '' }
}

function rootOf(old: RefEntry): Place {
  return { parents: [], note: `\nThe trail is cut here; before: ${old.commit}\n` }
}

function commitOf(listed: string, ref: string): string | null {
  const line = listed.split('\n').find((each) => each.endsWith(`\t${ref}`))
  const id = line?.slice(0, line.indexOf('\t')) ?? ''
  return OBJECT_ID.test(id) ? id : null
}

/** `words` come redacted from the runner. */
function refused(words: string): MirrorError {
  return new MirrorError('TARGET_UNREACHABLE', `the fence cannot be asked: ${words.trim().slice(0, 300)}`, {
    remedy: 'look whether its repository is reachable and its token still good',
  })
}
