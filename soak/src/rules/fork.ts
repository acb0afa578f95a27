import type { RunData, Sample } from '../analysis/run-data.js'
import { soakEvidence } from './spans.js'
import type { RawFinding, Rule } from './types.js'

interface Seen {
  readonly label: string
  readonly sample: Sample
  readonly hashes: string
}

/** F-FORK: one window with two header hashes or two state roots, between nodes or over time. */
export const forkRule: Rule = ({ data }) => {
  const first = new Map<number, Seen>()
  const found: RawFinding[] = []
  for (const { label, sample, window, hashes } of claimsOf(data)) {
    const seen = first.get(window)
    if (!seen) first.set(window, { label, sample, hashes })
    else if (seen.hashes !== hashes && !found.some(({ node }) => node === label))
      found.push(finding(data, window, seen, { label, sample, hashes }))
  }
  return found
}

interface Stated extends Seen {
  readonly window: number
}

/** Everything that nodes say of windows, in the order of the polls. */
function claimsOf({ polls, nodes }: RunData): Stated[] {
  const common = new Map(polls.map(({ seq, commonWindow }) => [seq, commonWindow]))
  const stated = nodes.flatMap(({ label, samples }) =>
    samples.flatMap((sample) => [
      ...state(label, sample, sample.window, sample.headerHash, sample.stateRoot),
      ...state(label, sample, common.get(sample.seq) ?? null, sample.commonHeaderHash, sample.commonStateRoot),
    ]),
  )
  return stated.sort((a, b) => a.sample.seq - b.sample.seq)
}

function state(
  label: string,
  sample: Sample,
  window: number | null,
  header: string | null,
  root: string | null,
): Stated[] {
  return window === null || header === null || root === null
    ? []
    : [{ label, sample, window, hashes: `${header} ${root}` }]
}

function finding(data: RunData, window: number, one: Seen, other: Seen): RawFinding {
  const [from, to] = [one.sample, other.sample].sort((a, b) => a.seq - b.seq)
  return {
    ...{ id: 'F-FORK', severity: 'critical', node: other.label, peer: one.label === other.label ? null : one.label },
    ...{ fromMs: from?.tsMs ?? null, toMs: to?.tsMs ?? null, value: window, threshold: 'equal hashes' },
    evidence: [soakEvidence(data, from?.seq ?? 0, to?.seq ?? 0)],
    text: `window ${window} has two headers or two state roots`,
    remedy: 'stop both nodes, keep their data directories, and compare them with `montana windows verify`',
  }
}
