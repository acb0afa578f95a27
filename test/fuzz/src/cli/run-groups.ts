import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inputName } from '../engine/finding.js'
import type { FindingReport, GroupReport } from './child-message.js'
import { type GroupSkipped, NATIVE_GROUP, runNative } from './native.js'
import type { FuzzOptions } from './options.js'
import { ALL_GROUPS } from './options.js'
import { type GroupError, type Supervised, supervise } from './supervise.js'

/** How the run of one group ended. */
export type GroupEnd = Supervised | GroupSkipped

export interface FuzzReport {
  readonly seed: number
  readonly seconds: number
  readonly targets: number
  readonly runs: number
  readonly groups: readonly GroupReport[]
  readonly findings: readonly FindingReport[]
  readonly errors: readonly GroupError[]
  readonly skipped: readonly GroupSkipped[]
}

/** Where inputs go that broke a rule: below the checkout, and in no version control. */
export const FINDINGS = join(import.meta.dirname, '..', '..', '..', '..', '.montana', 'fuzz', 'findings')

/** The groups that are asked for, as many at a time as there are jobs. */
export async function runGroups(options: FuzzOptions, onGroup: (report: GroupEnd) => void): Promise<FuzzReport> {
  const left = groupsOf(options.targets)
  const reports: GroupEnd[] = []
  const lane = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const report = withFiles(await runOne(options, next))
      reports.push(report)
      onGroup(report)
    }
  }
  await Promise.all(Array.from({ length: options.jobs }, lane))
  return joined(options, reports)
}

interface Asked {
  readonly group: string
  readonly only: readonly string[]
}

function groupsOf(names: readonly string[]): Asked[] {
  const wanted = names.length === 0 ? ALL_GROUPS : names
  const groups = [...new Set(wanted.map((name) => name.split('/')[0] as string))]
  return groups.map((group) => {
    const isWhole = wanted.includes(group)
    return { group, only: isWhole ? [] : wanted.filter((name) => name.startsWith(`${group}/`)) }
  })
}

function runOne({ seconds, seed, minimize }: FuzzOptions, { group, only }: Asked): Promise<GroupEnd> {
  if (group === NATIVE_GROUP) {
    const names = only.map((name) => name.slice(NATIVE_GROUP.length + 1))
    return runNative({ only: names, seconds, seed, minimize, findings: FINDINGS })
  }
  return supervise({ group, only, seconds, seed, minimize, stopsAtFinding: false })
}

function joined({ seed, seconds }: FuzzOptions, reports: readonly GroupEnd[]): FuzzReport {
  const groups = reports.filter((report): report is GroupReport => 'targets' in report)
  const targets = groups.flatMap((group) => group.targets)
  return {
    ...{ seed, seconds, groups },
    targets: targets.length,
    runs: targets.reduce((sum, { runs }) => sum + runs, 0),
    findings: groups.flatMap(({ findings }) => findings),
    errors: reports.filter((report): report is GroupError => 'error' in report),
    skipped: reports.filter((report): report is GroupSkipped => 'skipped' in report),
  }
}

/** At once: a run of hours that is ended before its time keeps what it found. */
function withFiles(report: GroupEnd): GroupEnd {
  return 'findings' in report ? { ...report, findings: report.findings.map(written) } : report
}

function written(finding: FindingReport): FindingReport {
  const input = Buffer.from(finding.input, 'base64')
  const folder = join(FINDINGS, finding.target)
  const file = join(folder, `${finding.rule}-${inputName(input)}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(file, input)
  return { ...finding, file }
}
