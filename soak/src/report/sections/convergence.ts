import type { NodeData, RunData, Sample } from '../../analysis/run-data.js'
import { maxOf, reachableOf, rounded } from '../../rules/spans.js'
import { sameWindow, secondsOf } from '../../rules/stall.js'
import type { Report } from '../schema.js'

type Row = Report['convergence']['rows'][number]

/** Section 3: all nodes at the common window of the last poll, and the worst of the run. */
export function convergenceSection({ nodes, polls }: RunData): Report['convergence'] {
  const last = polls.at(-1)
  const samples = nodes.map((node) => node.samples.find(({ seq }) => seq === last?.seq))
  return {
    common_window: last?.commonWindow ?? null,
    skew_ms: last?.skewMs ?? null,
    rows: nodes.map((node, index) => row(node, samples[index], samples)),
  }
}

function row({ label, samples }: NodeData, now: Sample | undefined, all: readonly (Sample | undefined)[]): Row {
  const stalls = sameWindow(reachableOf(samples)).map(secondsOf)
  const longest = maxOf(stalls)
  return {
    label,
    window: now?.window ?? null,
    lag: now?.lag ?? null,
    header_hash: now?.commonHeaderHash ?? null,
    state_root: now?.commonStateRoot ?? null,
    agrees: agreement(now, all),
    max_lag: maxOf(samples.map(({ lag }) => lag)),
    longest_stall_s: longest === null ? null : rounded(longest, 1),
  }
}

/** With the hash that most nodes have; a node that stands alone agrees with nobody. */
function agreement(now: Sample | undefined, all: readonly (Sample | undefined)[]): Row['agrees'] {
  const own = hashesOf(now)
  const others = all.filter((sample) => sample !== now).flatMap((sample) => hashesOf(sample) ?? [])
  if (own === null || others.length === 0) return 'unknown'
  return others.filter((hashes) => hashes === own).length >= others.length / 2 ? 'yes' : 'no'
}

function hashesOf(sample: Sample | undefined): string | null {
  if (!sample?.commonHeaderHash || !sample.commonStateRoot) return null
  return `${sample.commonHeaderHash} ${sample.commonStateRoot}`
}
