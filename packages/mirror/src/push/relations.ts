import { ancestorRefs, parseGraph, type TipPair } from './ancestry.js'
import { gitText, type SourceCall, tryGit } from './git.js'

/** How a foreign tip stands to ours. */
export interface Divergence {
  /** Commits that only the source has, and that only the target has; null where its objects are missing. */
  readonly ahead: number | null
  readonly behind: number | null
  /** Name and address of who wrote the foreign tip. */
  readonly foreignAuthor: string | null
}

export const UNCOUNTED: Divergence = { ahead: null, behind: null, foreignAuthor: null }

/** 82 bytes a commit: some three million between the tips. */
const GRAPH_MAX_BYTES = 256 * 2 ** 20
/** 41 bytes each: a quarter of what Linux takes as arguments. */
const TIPS_OF_ONE_COMMAND = 10_000
/** Of a name and an address, which a stranger chose. */
const AUTHOR_MAX_CHARS = 200

/** Type of each object that the source has. One process, whatever their number. */
export async function objectTypes(call: SourceCall, ids: Iterable<string>): Promise<ReadonlyMap<string, string>> {
  const input = [...new Set(ids)].join('\n')
  if (input === '') return new Map()
  const text = await gitText({ ...call, input: `${input}\n` }, [
    'cat-file',
    '--batch-check=%(objectname) %(objecttype)',
  ])
  const rows = text.split('\n').filter((line) => line !== '' && !line.endsWith(' missing'))
  return new Map(rows.map((row) => row.split(' ') as [string, string]))
}

/** Refs whose remote tip is an ancestor of their local one. Three processes, whatever the number of refs. Spec 7.2. */
export async function refsThatFastForward(call: SourceCall, pairs: readonly TipPair[]): Promise<ReadonlySet<string>> {
  const types = await objectTypes(
    call,
    pairs.flatMap(({ local, remote }) => [local, remote]),
  )
  const commits = pairs.filter(({ local, remote }) => types.get(local) === 'commit' && types.get(remote) === 'commit')
  if (commits.length === 0) return new Set()
  const base = await commonBase(call, commits)
  const input = [...new Set(commits.map(({ local }) => local)), ...(base === null ? [] : [`^${base}`])]
  const walk = { ...call, input: `${input.join('\n')}\n`, outputMaxBytes: GRAPH_MAX_BYTES }
  const graph = parseGraph(await gitText(walk, ['rev-list', '--parents', '--stdin']))
  return ancestorRefs(graph, commits, base)
}

/** Keeps the walk short; without it (no common root, or too many tips for one command) the walk goes to the roots. */
async function commonBase(call: SourceCall, pairs: readonly TipPair[]): Promise<string | null> {
  const tips = new Set(pairs.flatMap(({ local, remote }) => [local, remote]))
  if (tips.size > TIPS_OF_ONE_COMMAND) return null
  const base = await tryGit(call, ['merge-base', '--octopus', ...tips])
  return base?.trim() || null
}

export async function divergenceOf(call: SourceCall, { local, remote }: TipPair): Promise<Divergence> {
  const types = await objectTypes(call, [remote])
  if (!types.has(remote)) return UNCOUNTED
  const counts = await tryGit(call, ['rev-list', '--left-right', '--count', `${local}...${remote}`, '--'])
  const [ahead = null, behind = null] = counts?.trim().split('\t').map(Number) ?? []
  const author = await tryGit(call, ['log', '--no-walk', '--format=%an <%ae>', remote, '--'])
  return { ahead, behind, foreignAuthor: printable(author) }
}

/** Commits of the primary that the target lacks; null when it has commits that the source does not know. */
export async function lagOf(call: SourceCall, local: string, remote: string | null): Promise<number | null> {
  if (local === remote) return 0
  const range = remote === null ? [local] : [local, `^${remote}`]
  const count = await tryGit(call, ['rev-list', '--count', ...range, '--'])
  return count === null ? null : Number(count)
}

/** Words that a stranger chose, on one line; null where none are left. */
export function printable(text: string | null): string | null {
  const cleaned = text
    ?.replaceAll(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, AUTHOR_MAX_CHARS)
  return cleaned === undefined || cleaned === '' ? null : cleaned
}
