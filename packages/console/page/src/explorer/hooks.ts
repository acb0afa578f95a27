import { useEffect, useState } from 'preact/hooks'
import type { MeshView } from '../../../src/api/views.js'
import { parseRoute, type Route } from './route.js'

/** The place that the address names. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const onChange = () => setHash(location.hash)
    addEventListener('hashchange', onChange)
    return () => removeEventListener('hashchange', onChange)
  }, [])
  return parseRoute(hash)
}

export interface NodeChoice {
  /** Null while none answers. */
  readonly label: string | null
  choose(label: string): void
}

/** Whose ledger is shown: whoever was chosen, while it answers; then whoever is ahead, and that one as long as it answers. */
export function useNodeChoice(mesh: MeshView | null): NodeChoice {
  const [chosen, choose] = useState<string | null>(null)
  const label = labelOf(mesh, chosen)
  useEffect(() => {
    if (label !== null) choose(label)
  }, [label])
  return { label, choose }
}

/** Pure. */
export function labelOf(mesh: Pick<MeshView, 'nodes' | 'head'> | null, chosen: string | null): string | null {
  const isThere = mesh?.nodes.some(({ label, reachable }) => label === chosen && reachable)
  return isThere ? chosen : (mesh?.head?.label ?? null)
}
