import type { Manifest } from '../contracts/config.js'
import { keptNames } from '../decide/names.js'
import type { LayerResult } from '../queue/worker-types.js'
import { reconcileNames } from '../reconcile/names.js'
import type { MirrorParts, Reached } from './parts.js'

type Github = Extract<Reached, { type: 'github' }>

/** Secrets or variables of a target, by the names of the manifest and the values of the primary. Spec repository-mirror 8.1. */
export async function syncNames(
  parts: MirrorParts,
  { target, provider }: Github,
  kind: 'secret' | 'variable',
  signal: AbortSignal,
): Promise<LayerResult> {
  const { manifest, values, store, config } = parts
  const names =
    kind === 'secret' ? ({ kind, store: provider.secrets } as const) : ({ kind, store: provider.variables } as const)
  const desired = new Map([...valuesOf(manifest, values, kind), ...(kind === 'secret' ? target.secrets : [])])
  const credentials = config.targets.map(({ slot }) => `MIRROR_${slot}_TOKEN`)
  const report = await reconcileNames(
    {
      mirror: target.name,
      names,
      desired,
      kept: keptNames(manifest, credentials),
      owned: store.owned,
      mac: (name, value) => store.mac(name, value),
    },
    signal,
  )
  const { synced, total, findings } = report
  for (const { code, message } of findings) parts.log.warn({ mirror: target.name, code }, message)
  const drift = { add: [], change: [], remove: [] }
  if (synced === total) return { status: 'ok', synced, total, drift, error: null }
  return { status: 'stale', synced, total, drift: report.drift, error: null }
}

function valuesOf(manifest: Manifest, values: ReadonlyMap<string, string>, kind: 'secret' | 'variable') {
  const wanted = kind === 'secret' ? manifest.secrets : manifest.variables
  return wanted.flatMap(({ name }): [string, string][] => {
    const value = values.get(name)
    return value === undefined ? [] : [[name, value]]
  })
}
