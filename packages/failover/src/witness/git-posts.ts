import { FailoverError } from '../errors.js'
import { messageOf } from '../git/parentless.js'
import type { Git } from '../git/run.js'
import { POST_MAX_BYTES } from './constants.js'
import { type RawPost, rawPostForm } from './post-form.js'

/** Tree, author, committer and dates around the post. */
const COMMIT_MAX_BYTES = POST_MAX_BYTES + 1024

interface PostRef {
  readonly host: string
  readonly commit: string
}

/** What the refs below a prefix hold, read once per commit: a host writes every five seconds, the readers ask as often. */
export class GitPosts {
  readonly #prefix: string
  #known = new Map<string, RawPost | null>()

  constructor(prefix: string) {
    this.#prefix = prefix
  }

  /** Posts that have the form of one and stand below the name of their host; only of hosts that `isWanted`. */
  async read(git: Git, isWanted: (host: string) => boolean, signal: AbortSignal): Promise<RawPost[]> {
    const refs = (await this.#refs(git, signal)).filter(({ host }) => isWanted(host))
    const unread = refs.map(({ commit }) => commit).filter((commit) => !this.#known.has(commit))
    const read = unread.length === 0 ? [] : await readCommits(git, unread, signal)
    const all = new Map([...this.#known, ...read])
    this.#known = new Map(refs.map(({ commit }) => [commit, all.get(commit) ?? null]))
    return refs.flatMap(({ host, commit }) => {
      const post = all.get(commit)
      return post?.body.host === host ? [post] : []
    })
  }

  async #refs(git: Git, signal: AbortSignal): Promise<PostRef[]> {
    const format = '--format=%(objecttype) %(objectsize) %(objectname) %(refname)'
    const text = await git.text(['for-each-ref', format, this.#prefix], { signal })
    return text.split('\n').flatMap((line) => {
      const [type, size, commit = '', ref = ''] = line.split(' ')
      const isPost = type === 'commit' && Number(size) <= COMMIT_MAX_BYTES
      return isPost ? [{ commit, host: ref.slice(this.#prefix.length) }] : []
    })
  }
}

async function readCommits(
  git: Git,
  commits: readonly string[],
  signal: AbortSignal,
): Promise<[string, RawPost | null][]> {
  const { stdout } = await git.run(['cat-file', '--batch'], { input: `${commits.join('\n')}\n`, signal })
  let rest = stdout
  return commits.map((commit) => {
    const end = rest.indexOf('\n')
    const [name, type, size] = rest.subarray(0, Math.max(end, 0)).toString('latin1').split(' ')
    if (name !== commit || type !== 'commit') throw new FailoverError('GIT_FAILED', `commit ${commit} is lost`)
    const [start, bytes] = [end + 1, Number(size)]
    const content = rest.subarray(start, start + bytes).toString('utf8')
    rest = rest.subarray(start + bytes + 1)
    return [commit, parsePost(messageOf(content))]
  })
}

function parsePost(text: string): RawPost | null {
  try {
    return rawPostForm.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
