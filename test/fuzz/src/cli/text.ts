import type { FindingReport, TargetReport } from './child-message.js'
import type { FuzzReport, GroupEnd } from './run-groups.js'
import type { ReplayEnd } from './run-replay.js'

const NAME_COLUMNS = 34

export function groupLines(report: GroupEnd): string[] {
  if ('error' in report) return [`${report.group}: ${report.error}`]
  if ('skipped' in report) return [`SKIPPED: ${report.group}: ${report.skipped}`]
  const head = `${report.group}: ${report.probes} probes, loaded in ${report.loadMs} ms`
  return [head, ...report.targets.map(targetLine), ...report.findings.flatMap(findingLines)]
}

function targetLine({ target, runs, perSecond, accepted, features, corpus, grown }: TargetReport): string {
  const share = accepted === null ? '' : `${runs === 0 ? 0 : Math.round((100 * accepted) / runs)} % accepted, `
  const grew = grown === 0 ? '' : ` (+${grown})`
  const counts = `${runs} runs, ${perSecond}/s, ${share}${features} features, corpus ${corpus}${grew}`
  return `  ${target.padEnd(NAME_COLUMNS)} ${counts}`
}

function findingLines({ target, rule, message, place, file }: FindingReport): string[] {
  return [`FOUND ${rule} in ${target} at ${place}: ${message}`, `  ${file}`]
}

export function reportLines({ targets, runs, seed, findings, errors }: FuzzReport): string[] {
  const ends = errors.map(({ group, error }) => `ERROR in ${group}: ${error}`)
  return [...ends, `${targets} targets, ${runs} runs, seed ${seed}, ${findings.length} findings`]
}

export function replayLines({ targets, inputs, breaches, refusing, skipped }: ReplayEnd): string[] {
  const idle = refusing.map((name) => `${name} refuses each of its own seeds`)
  const left = skipped.map((reason) => `SKIPPED: ${reason}`)
  return [...left, ...breaches, ...idle, `${targets} targets, ${inputs} inputs replayed, ${breaches.length} breaches`]
}
