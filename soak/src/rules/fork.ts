import type { RunData, Sample } from '../analysis/run-data.js'
import { REMEDIES } from './remedies.js'
import { soakEvidence } from './spans.js'
import type { RawFinding, Rule } from './types.js'

const HASHES = ['header', 'root'] as const

interface Seen {
  readonly label: string
  readonly sample: Sample
}

/** F-FORK: one window with two header hashes or two state roots, between nodes or over time; each hash for itself. */
export const forkRule: Rule = ({ data }) => {
  const first = new Map<string, Stated>()
  const found: RawFinding[] = []
  for (const stated of claimsOf(data)) {
    const { window, what, label, hash } = stated
    const key = `${window} ${what}`
    const seen = first.get(key)
    if (!seen) first.set(key, stated)
    else if (seen.hash !== hash && !found.some(({ node }) => node === label))
      found.push(finding(data, window, seen, stated))
  }
  return found
}

interface Stated extends Seen {
  readonly window: number
  readonly what: (typeof HASHES)[number]
  readonly hash: string
}

/** Everything that nodes say of windows, in the order of the polls. */
function claimsOf({ polls, nodes }: RunData): Stated[] {
  const common = new Map(polls.map(({ seq, commonWindow }) => [seq, commonWindow]))
  const stated = nodes.flatMap(({ label, samples }) =>
    samples.flatMap((sample) => {
      const { window, headerHash, stateRoot, commonHeaderHash, commonStateRoot, seq } = sample
      return [
        ...statedOf({ label, sample }, window, { header: headerHash, root: stateRoot }),
        ...statedOf({ label, sample }, common.get(seq) ?? null, { header: commonHeaderHash, root: commonStateRoot }),
      ]
    }),
  )
  return stated.sort((a, b) => a.sample.seq - b.sample.seq)
}

function statedOf(
  seen: Seen,
  window: number | null,
  hashes: Readonly<Record<Stated['what'], string | null>>,
): Stated[] {
  if (window === null) return []
  return HASHES.flatMap((what) => {
    const hash = hashes[what]
    return hash === null ? [] : [{ ...seen, window, what, hash }]
  })
}

function finding(data: RunData, window: number, one: Seen, other: Seen): RawFinding {
  const [from, to] = [one.sample, other.sample].sort((a, b) => a.seq - b.seq)
  return {
    ...{ id: 'F-FORK', severity: 'critical', node: other.label, peer: one.label === other.label ? null : one.label },
    ...{ fromMs: from?.tsMs ?? null, toMs: to?.tsMs ?? null, value: window, threshold: 'equal hashes' },
    evidence: [soakEvidence(data, from?.seq ?? 0, to?.seq ?? 0)],
    text: `window ${window} has two headers or two state roots`,
    remedy: REMEDIES['F-FORK'].nodes,
  }
}
