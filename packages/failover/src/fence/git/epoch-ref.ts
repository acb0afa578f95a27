import { createHash, randomBytes } from 'node:crypto'
import { FailoverError } from '../../errors.js'
import { messageOf, writeParentless } from '../../git/parentless.js'
import { remoteRefs } from '../../git/remote.js'
import type { Git } from '../../git/run.js'
import { MARK_MAX_BYTES } from './constants.js'
import { type FenceMark, markText, parseMark } from './mark.js'

export interface PlacedMark extends FenceMark {
  readonly commit: string
}

const NONCE_BYTES = 8
const AUTHOR = 'montana-fence'

/** The ref of a remote that carries the highest epoch. */
export class EpochRef {
  readonly name: string
  readonly #git: Git
  readonly #remote: string
  /** Where the fetched commit is kept from being collected. */
  readonly #local: string

  constructor(name: string, git: Git, remote: string) {
    this.name = name
    this.#git = git
    this.#remote = remote
    this.#local = `refs/montana-fence/${createHash('sha256').update(`${remote}\n${name}`).digest('hex').slice(0, 16)}`
  }

  /** As the remote has it; null where it has none. Throws GIT_FAILED, and FENCE_REFUSED for what is no mark. */
  async read(signal?: AbortSignal): Promise<PlacedMark | null> {
    if (!(await remoteRefs(this.#git, this.#remote, [this.name], signal)).has(this.name)) return null
    const args = ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--', this.#remote]
    await this.#git.text([...args, `+${this.name}:${this.#local}`], { signal })
    return await this.#fetched(signal)
  }

  /** A commit that moves the ref; not pushed. */
  async write(mark: FenceMark, signal?: AbortSignal): Promise<PlacedMark> {
    const text = markText(mark, randomBytes(NONCE_BYTES).toString('hex'))
    return { ...mark, commit: await writeParentless(this.#git, AUTHOR, text, signal) }
  }

  async #fetched(signal?: AbortSignal): Promise<PlacedMark> {
    const format = '--format=%(objecttype) %(objectsize) %(objectname)'
    const [type, size, commit = ''] = (await this.#git.text(['for-each-ref', format, this.#local], { signal }))
      .trim()
      .split(' ')
    const isSmall = type === 'commit' && Number(size) <= MARK_MAX_BYTES
    const mark = isSmall
      ? parseMark(messageOf(await this.#git.text(['cat-file', 'commit', commit], { signal })))
      : undefined
    if (mark) return { ...mark, commit }
    throw new FailoverError('FENCE_REFUSED', `${this.name} of the remote carries no epoch`, {
      field: 'fenceRef',
      remedy: 'choose a ref that nothing else writes, or remove it from the remote while nothing acts',
    })
  }
}
