import { MirrorError } from '../contracts/errors.js'
import type { RemoteGit } from './git-calls.js'

export interface RefEntry {
  readonly commit: string
  readonly text: string
}

const OBJECT_ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/
const AUTHOR = ['-c', 'user.name=montana-mirror', '-c', 'user.email=montana-mirror@montana.invalid']

/**
 * One small file at a ref of a remote, changed by compare-and-swap: each version is a commit whose parent is the version
 * before, so that the ref is its own history. Spec repository-mirror 9.1.
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
    const listed = await this.#text(['ls-remote', '--', this.#git.url, this.#ref], signal)
    const commit = commitOf(listed, this.#ref)
    if (commit === null) return null
    await this.#fetch(commit, signal)
    return { commit, text: await this.#blob(commit, signal) }
  }

  /** The version before one that was read or written here; null where the history begins. */
  async before(commit: string, signal: AbortSignal): Promise<RefEntry | null> {
    const listed = await this.#text(['rev-list', '--parents', '--max-count=1', commit, '--'], signal)
    const parent = listed.trim().split(' ')[1]
    return parent === undefined ? null : { commit: parent, text: await this.#blob(parent, signal) }
  }

  /** Child of `old` (null: the ref must not exist). Null when somebody else was first: nothing was written then. */
  async swap(old: RefEntry | null, text: string, signal: AbortSignal): Promise<RefEntry | null> {
    const commit = await this.#write(old, text, signal)
    const lease = `--force-with-lease=${this.#ref}:${old?.commit ?? ''}`
    const args = ['push', '--porcelain', '--atomic', lease, '--', this.#git.url, `${commit}:${this.#ref}`]
    const { code, stdout, stderr } = await this.#git.run(args, { signal })
    if (code === 0) return { commit, text }
    return await this.#afterRefusal({ commit, text }, `${stdout}\n${stderr}`, signal)
  }

  /** What was refused may have been taken all the same, when only the answer was lost: the remote decides. */
  async #afterRefusal(written: RefEntry, words: string, signal: AbortSignal): Promise<RefEntry | null> {
    const now = commitOf(await this.#text(['ls-remote', '--', this.#git.url, this.#ref], signal), this.#ref)
    if (now === written.commit) return written
    if (/stale info|fetch first|non-fast-forward|cannot lock ref|already exists/.test(words)) return null
    throw refused(words)
  }

  async #fetch(commit: string, signal: AbortSignal): Promise<void> {
    const { code } = await this.#git.run(['cat-file', '-e', `${commit}^{commit}`], { signal })
    if (code === 0) return
    await this.#text(['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--', this.#git.url, this.#ref], signal)
  }

  async #blob(commit: string, signal: AbortSignal): Promise<string> {
    const place = `${commit}:${this.#file}`
    const size = Number(await this.#text(['cat-file', '-s', place], signal))
    if (size <= this.#bytesMax) return await this.#text(['cat-file', 'blob', place], signal)
    throw new MirrorError('TARGET_ANSWER_INVALID', `${this.#file} at ${this.#ref} has ${size} bytes`, {
      remedy: 'restore the last good parent of the ref',
    })
  }

  async #write(old: RefEntry | null, text: string, signal: AbortSignal): Promise<string> {
    const blob = (await this.#text(['hash-object', '-w', '--stdin'], signal, text)).trim()
    const tree = (await this.#text(['mktree'], signal, `100644 blob ${blob}\t${this.#file}\n`)).trim()
    const parent = old === null ? [] : ['-p', old.commit]
    return (await this.#text([...AUTHOR, 'commit-tree', tree, ...parent], signal, `${this.#ref}\n`)).trim()
  }

  async #text(args: readonly string[], signal: AbortSignal, input?: string): Promise<string> {
    const { code, stdout, stderr } = await this.#git.run(args, { signal, ...(input === undefined ? {} : { input }) })
    if (code === 0) return stdout
    throw refused(stderr)
  }
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
