import type { NodeData, RunData, Sample } from '../../analysis/run-data.js'
import { isoOf } from '../../analysis/times.js'
import { reachableOf } from '../../rules/spans.js'
import type { Report } from '../schema.js'

/** Section 1: every node as it was when it last answered. */
export function stateSection({ nodes }: RunData): Report['state'] {
  return nodes.map((node) => stateRow(node))
}

function stateRow({ label, samples }: NodeData): Report['state'][number] {
  const last = reachableOf(samples).at(-1)
  const listed = (last?.peers.length ?? 0) > 0
  return {
    label,
    reachable: samples.at(-1)?.reachable ?? false,
    phase: last?.phase ?? null,
    window: last?.window ?? null,
    up_since: isoOf(last?.startMs ?? null),
    uptime_s: last?.uptimeS ?? null,
    restarts: last?.restarts ?? restartsSeen(samples),
    load1: last?.load1 ?? null,
    build: last?.build ?? null,
    manifest_sha256: last?.manifest?.sha256 ?? null,
    peers_connected: listed ? (last?.peers.filter(({ conns }) => conns > 0).length ?? null) : null,
    peers_total: listed ? (last?.peers.length ?? null) : null,
    clock_offset_ms: last?.clockOffsetMs ?? null,
    clock_error_ms: last?.clockErrorMs ?? null,
  }
}

/** Where no service manager counts: changes of the instance; null where instances are not known. */
function restartsSeen(samples: readonly Sample[]): number | null {
  const instances = reachableOf(samples).flatMap(({ instance }) => instance ?? [])
  if (instances.length === 0) return null
  return instances.filter((instance, index) => index > 0 && instance !== instances[index - 1]).length
}
