import { ALL_GROUPS, DEFAULT_SECONDS, parseOptions, runGroups } from '@montana/fuzz'
import { beforeAll, expect, it } from 'vitest'
import { tellFigure } from '../../../support/figure.js'

type Report = Awaited<ReturnType<typeof runGroups>>

/** Loading, and a turn that a busy host makes long. Milliseconds. */
const GRACE_MS = 120_000
const JOBS = 2
/** Of each group, for the goal. */
const GOAL_SECONDS = 600

/** Fuzzes every group for so long, two at a time; a finding fails its group and says where its input is. */
export function fuzzGroups(seconds = DEFAULT_SECONDS, seed = 1): void {
  let report: Report
  const rounds = Math.ceil(ALL_GROUPS.length / JOBS)
  beforeAll(
    async () => {
      const options = parseOptions(['--seconds', String(seconds), '--seed', String(seed), '--jobs', String(JOBS)])
      report = await runGroups(options, () => {})
      if (seconds >= GOAL_SECONDS) tellFigure('fuzz-crashes', report.findings.length)
    },
    rounds * (seconds * 1000 + GRACE_MS),
  )

  it.for(ALL_GROUPS)('%s: nothing is found', (group, { skip }) => {
    const missing = report.skipped.find((skipped) => skipped.group === group)
    if (missing) skip(missing.skipped)
    const of = (name: string) => name.startsWith(`${group}/`)
    expect(report.errors.filter((error) => error.group === group)).toEqual([])
    expect(report.findings.filter(({ target }) => of(target))).toEqual([])
    const targets = report.groups.flatMap((each) => each.targets).filter(({ target }) => of(target))
    expect(targets.length).toBeGreaterThan(0)
    // Each target had its turns, and tried more than what it was given.
    for (const { target, runs, corpus } of targets)
      expect({ target, isTried: runs > corpus }).toEqual({ target, isTried: true })
  })
}
