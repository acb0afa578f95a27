import type { Layer } from '../contracts/config.js'
import type { RefResult } from '../contracts/push.js'
import type { LayerRecord } from '../contracts/store.js'
import { layersOf } from '../queue/layer-order.js'
import type { TargetFacts } from './parts.js'
import type { RefCounts, TargetView } from './types.js'

const NO_DRIFT: LayerRecord['drift'] = { add: [], change: [], remove: [] }

/** Layers that are not kept in step are `off`. */
export function layerViews(facts: TargetFacts, nowMs: number): TargetView['layers'] {
  const { records, attempt, observation } = facts
  const find = (layer: Layer) => records.find((record) => record.layer === layer)
  const code = find('code')
  const names = (layer: Layer) => {
    const record = find(layer)
    const { synced = null, total = null, drift = NO_DRIFT } = record ?? {}
    return { ...common(facts, layer, record), synced, total, drift }
  }
  const workflows = observation?.report.workflows ?? []
  return {
    code: {
      ...common(facts, 'code', code),
      commit: code?.commit ?? null,
      lagCommits: code?.lagCommits ?? null,
      lagMs: lagMs(code, nowMs),
      refs: countRefs(attempt?.refs ?? []),
    },
    secrets: names('secrets'),
    variables: names('variables'),
    workflows: {
      ...common(facts, 'workflows', find('workflows')),
      expected: Object.fromEntries(workflows.map(({ file, expected }) => [file, expected])),
      actual: Object.fromEntries(workflows.map(({ file, actual }) => [file, actual])),
    },
  }
}

function common({ target }: TargetFacts, layer: Layer, record: LayerRecord | undefined) {
  const isKept = layersOf(target).includes(layer)
  return {
    status: isKept ? (record?.status ?? 'never') : ('off' as const),
    lastSuccessMs: record?.lastSuccessAtMs ?? null,
    lastAttemptMs: record?.lastAttemptAtMs ?? null,
    error: isKept ? (record?.error ?? null) : null,
  }
}

function lagMs(code: LayerRecord | undefined, nowMs: number): number | null {
  if (!code || code.lastSuccessAtMs === null) return null
  const isInStep = code.status === 'ok' && (code.lagCommits ?? 0) === 0
  return isInStep ? 0 : Math.max(0, nowMs - code.lastSuccessAtMs)
}

function countRefs(refs: readonly RefResult[]): RefCounts {
  const counts: Partial<Record<RefResult['outcome'], number>> = {}
  for (const { outcome } of refs) counts[outcome] = (counts[outcome] ?? 0) + 1
  return counts
}
