/** Commit to its parents, as `git rev-list --parents` prints them. */
export type Graph = ReadonlyMap<string, readonly string[]>

export function parseGraph(text: string): Graph {
  const rows = text.split('\n').filter((line) => line !== '')
  return new Map(
    rows.map((row) => {
      const [commit = '', ...parents] = row.split(' ')
      return [commit, parents]
    }),
  )
}

/** All commits of the graph that can be reached from `tip`, itself included. */
export function reachableFrom(graph: Graph, tip: string): ReadonlySet<string> {
  const seen = new Set<string>()
  const open = [tip]
  for (let commit = open.pop(); commit !== undefined; commit = open.pop()) {
    if (seen.has(commit) || !graph.has(commit)) continue
    seen.add(commit)
    open.push(...(graph.get(commit) ?? []))
  }
  return seen
}

export interface TipPair {
  readonly ref: string
  readonly local: string
  readonly remote: string
}

/**
 * Refs whose remote tip is an ancestor of their local one. `graph` holds what the local tips reach, without what `base`
 * reaches: a common ancestor of all tips, local and remote, if there is one. Below it no remote tip can stand but itself.
 */
export function ancestorRefs(graph: Graph, pairs: readonly TipPair[], base: string | null): ReadonlySet<string> {
  const byLocal = Map.groupBy(pairs, ({ local }) => local)
  const found = [...byLocal].flatMap(([local, same]) => {
    const reachable = reachableFrom(graph, local)
    return same.filter(({ remote }) => remote === base || reachable.has(remote)).map(({ ref }) => ref)
  })
  return new Set(found)
}
