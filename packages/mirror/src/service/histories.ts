import { gitText, type SourceCall, tryGit } from '../push/git.js'
import { printable } from '../push/relations.js'

export interface HistoryCommit {
  readonly id: string
  readonly subject: string | null
  readonly author: string | null
  readonly atMs: number | null
}

/** What one side has and the other has not. */
export interface SideHistory {
  readonly tip: string | null
  /** Null where its objects could not be had. */
  readonly count: number | null
  /** Newest first, at most {@link COMMITS_MAX}. */
  readonly commits: readonly HistoryCommit[]
}

/** As many as a person reads; the rest is a number. */
export const COMMITS_MAX = 50
const FORMAT = '--format=%H%x00%an%x00%ct%x00%s'
/** Of names and subjects that a stranger chose. */
const LOG_MAX_BYTES = 2 ** 20

/** Commits of `tip` that none of the `others` holds. */
export async function historyBeyond(
  call: SourceCall,
  tip: string | null,
  others: readonly string[],
): Promise<SideHistory> {
  if (tip === null) return { tip, count: 0, commits: [] }
  const input = `${[tip, ...others.map((other) => `^${other}`)].join('\n')}\n`
  const isHere = (await tryGit(call, ['cat-file', '-e', `${tip}^{commit}`])) !== null
  const counting = ['rev-list', '--count', '--ignore-missing', '--stdin']
  const count = isHere ? await tryGit({ ...call, input }, counting) : null
  if (count === null) return { tip, count: null, commits: [] }
  const walk = ['log', `--max-count=${COMMITS_MAX}`, FORMAT, '--ignore-missing', '--stdin']
  const text = await gitText({ ...call, input, outputMaxBytes: LOG_MAX_BYTES }, walk)
  return { tip, count: Number(count), commits: text.split('\n').filter(Boolean).map(commitOf) }
}

function commitOf(line: string): HistoryCommit {
  const [id = '', author = '', seconds = '', subject = ''] = line.split('\0')
  const atMs = /^\d{1,12}$/.test(seconds) ? Number(seconds) * 1000 : null
  return { id, subject: printable(subject), author: printable(author), atMs }
}
