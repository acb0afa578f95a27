import type { Digest, DigestEntry } from '../digest/schema.js'
import { REMEDIES } from './remedies.js'
import { logEvidence, logTimes } from './spans.js'
import type { RawFinding, Rule, RuleInput } from './types.js'

/** What no restart mends: permissions, missing files, configuration. */
const FATAL_CODES = new Set(['EACCES', 'EPERM', 'ENOENT', 'CONFIG', 'CONFIG_INVALID', 'ConfigError'])

/** F-EACCES: the same fatal error at three restarts or more. */
export const fatalErrorRule: Rule = (input) => input.data.digests.flatMap((digest) => fatalErrors(input, digest))

function fatalErrors({ thresholds }: RuleInput, digest: Digest): RawFinding[] {
  const { entries, units } = digest
  const restarts = units.reduce((sum, unit) => sum + Math.max(unit.exits, unit.restarts), 0)
  if (restarts < thresholds.fatal_restarts) return []
  const fatal = entries.filter(({ code, count }) => FATAL_CODES.has(code) && count >= thresholds.fatal_restarts)
  return fatal.map((entry) => fatalFinding(digest, entry, thresholds.fatal_restarts))
}

function fatalFinding(digest: Digest, entry: DigestEntry, threshold: number): RawFinding {
  const { code, count } = entry
  const { label: node } = digest
  return {
    ...{ id: 'F-EACCES', severity: 'critical', node, peer: null },
    ...logTimes(digest, [entry]),
    ...{ value: count, threshold, evidence: [logEvidence(node, code)] },
    text: `the process was restarted although ${code} cannot go away by itself`,
    remedy: REMEDIES['F-EACCES'].fatal,
  }
}
