import type { PeerSample, Sample } from '../../analysis/run-data.js'
import { evidenceId, type TestResult } from '../../evidence/schema.js'
import { reachableOf, soakEvidence } from '../../rules/spans.js'
import type { Answer, Requirement, RowContext } from './types.js'

const MS_PER_S = 1000
const S_PER_HOUR = 3600
const MET = { missing: null, contradicted: null }

function met(evidence: readonly string[]): Answer {
  return { ...MET, evidence }
}

function missing(text: string): Answer {
  return { evidence: [], missing: text, contradicted: null }
}

/** All records of the run as one piece of evidence. */
export function wholeRun({ data }: Pick<RowContext, 'data'>): string[] {
  const first = data.polls[0]
  const last = data.polls.at(-1)
  return first && last ? [soakEvidence(data, first.seq, last.seq)] : []
}

/** Real hours, and nearly every poll of them; a compressed run shows the machinery and no hours. */
export const dayOfRecords: Requirement = (context) => {
  const { data, thresholds } = context
  const seconds = data.fromMs === null || data.toMs === null ? 0 : (data.toMs - data.fromMs) / MS_PER_S
  const hours = thresholds.claim_span_s / S_PER_HOUR
  if (data.run.time_scale > 1) return missing(`a compressed run shows no ${hours} hours`)
  if (seconds < thresholds.claim_span_s)
    return missing(`the run covers ${(seconds / S_PER_HOUR).toFixed(2)} of ${hours} hours`)
  const away = data.nodes.filter(
    ({ samples }) => shareOf(samples, ({ reachable }) => reachable) < thresholds.coverage_min,
  )
  // A drill may excuse an absence; it does not make hours of a node that was not there.
  if (away.length > 0)
    return missing(`not there for these ${hours} hours: ${away.map(({ label }) => label).join(', ')}`)
  return met(wholeRun(context))
}

function shareOf(samples: readonly Sample[], holds: (sample: Sample) => boolean): number {
  return samples.length === 0 ? 0 : samples.filter(holds).length / samples.length
}

export const fullCoverage: Requirement = (context) => {
  const { coverage, corrupt } = context.data.quality
  if (coverage === null || context.data.polls.length === 0) return missing('there are no records')
  if (corrupt > 0) return missing(`${corrupt} lines of the soak file are no records`)
  if (coverage < context.thresholds.coverage_min)
    return missing(`${(100 * coverage).toFixed(2)} % of the polls are there`)
  return met(wholeRun(context))
}

/** What breaks a chain is a finding; old files have none that could break. */
export const chained: Requirement = (context) =>
  context.data.quality.isLegacy ? missing('the records have no chain that shows an edit') : met(wholeRun(context))

/** A drill that nobody notices shows that the watch is blind. */
export const drillsNoticed: Requirement = ({ data, noticed, findings }) => {
  const unseen = data.drills.filter(({ id }) => (noticed.get(id) ?? []).length === 0)
  if (unseen.length > 0)
    return { evidence: [], missing: null, contradicted: `not noticed: ${unseen.map(({ id }) => id).join(', ')}` }
  const never = data.run.drills.filter(({ id }) => !data.drills.some((drill) => drill.id === id))
  if (never.length > 0) return missing(`declared and never begun: ${never.map(({ id }) => id).join(', ')}`)
  const keys = new Set([...noticed.values()].flat())
  return met(findings.filter(({ key }) => keys.has(key)).flatMap(({ evidence }) => evidence.slice(0, 1)))
}

/** Every directed pair of nodes made a post-quantum handshake, and none made another. */
export const everyPairHandshook: Requirement = (context) => {
  const { data } = context
  const pairs = data.nodes.flatMap(({ label, samples }) =>
    data.nodes.filter((other) => other.label !== label).map((other) => ({ label, peer: other.label, samples })),
  )
  if (pairs.length === 0) return missing('there are no two nodes')
  const entries = pairs.map(({ label, peer, samples }) => ({
    name: `${label} to ${peer}`,
    seen: samples.flatMap(({ peers }) => peers.filter((entry) => entry.label === peer)),
  }))
  const classical = entries.filter(({ seen }) => seen.some((entry) => entry.classical > 0))
  if (classical.length > 0)
    return {
      evidence: [],
      missing: null,
      contradicted: `classical handshakes: ${classical.map(({ name }) => name).join(', ')}`,
    }
  const without = entries.filter(({ seen }) => !seen.some(isPostQuantum))
  if (without.length > 0)
    return missing(`no post-quantum handshake seen: ${without.map(({ name }) => name).join(', ')}`)
  return met(wholeRun(context))
}

function isPostQuantum({ hybrid, pq }: PeerSample): boolean {
  return hybrid + pq > 0
}

/** Every node gave the same hashes wherever they were asked for: all of them in one poll, and each nearly always. */
export const equalHashes: Requirement = (context) => {
  const { nodes, polls } = context.data
  const told = nodes.map(({ samples }) => new Set(samples.filter(hasHashes).map(({ seq }) => seq)))
  if (nodes.length < 2 || !polls.some(({ seq }) => told.every((seqs) => seqs.has(seq))))
    return missing('no window at which all nodes could be compared')
  const silent = nodes.filter(
    ({ samples }) => shareOf(reachableOf(samples), hasHashes) < context.thresholds.coverage_min,
  )
  if (silent.length > 0)
    return missing(`mostly without hashes to compare: ${silent.map(({ label }) => label).join(', ')}`)
  return met(wholeRun(context))
}

function hasHashes({ commonHeaderHash, commonStateRoot }: Sample): boolean {
  return commonHeaderHash !== null && commonStateRoot !== null
}

/** The sync job succeeded lately on every node, by the last record. */
export function jobFresh(job: string, maxAgeS: number): Requirement {
  return (context) => {
    const late = context.data.nodes.filter(({ samples }) => {
      const last = samples.at(-1)
      const success = last?.jobs.find((entry) => entry.job === job)?.lastSuccessMs ?? null
      return success === null || last?.tsMs == null || last.tsMs - success > maxAgeS * MS_PER_S
    })
    if (late.length > 0 || context.data.nodes.length === 0)
      return missing(`no success of job ${job} within ${maxAgeS} s: ${late.map(({ label }) => label).join(', ')}`)
    return met(wholeRun(context))
  }
}

/** At least one test whose `suite#case` matches, of the revision that the nodes ran, and none of them failed. */
export function tests(what: string, pattern: RegExp): Requirement {
  return ({ tests: results, data }) => {
    const found = results.filter((result) => pattern.test(nameOf(result)))
    const failed = found.filter(({ result }) => result === 'failed')
    if (failed[0]) return { evidence: [], missing: null, contradicted: `failed: ${failed.map(nameOf).join(', ')}` }
    const passed = found.filter(({ result }) => result === 'passed')
    if (passed.length === 0) return missing(`no test result shows ${what}`)
    const revisions = revisionsOf(data)
    if (revisions === undefined)
      return missing(`not every node names the revision that the tests of ${what} could be of`)
    const ofBuild = passed.filter(({ commit }) => revisions.every((revision) => isOf(commit, revision)))
    if (ofBuild.length === 0) return missing(`the tests of ${what} ran at another revision than the nodes`)
    return met(ofBuild.slice(0, SHOWN_TESTS).map(evidenceId))
  }
}

/** Sources that were changed have the name of a revision and are none. */
function isOf(commit: string, revision: string): boolean {
  return commit.startsWith(revision) && !commit.endsWith('-dirty')
}

/** What the nodes ran at last; undefined where a build names no revision. */
function revisionsOf({ nodes }: RowContext['data']): string[] | undefined {
  const builds = nodes.map(({ samples }) => samples.findLast(({ build }) => build !== null)?.build ?? '')
  const revisions = builds.map((build) => build.split('+')[1] ?? '')
  return revisions.length === 0 || revisions.includes('') ? undefined : [...new Set(revisions)]
}

/** Enough to follow; the evidence file has them all. */
const SHOWN_TESTS = 5

function nameOf(result: TestResult): string {
  return `${result.suite}#${result.case}`
}

/** For what this release cannot show at all. */
export function notShown(what: string): Requirement {
  return () => missing(what)
}
