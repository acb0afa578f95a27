import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runScript } from '../e2e/support/script.js'

const DEMO = join(import.meta.dirname, '..', 'trials', 'dist', 'main.js')
/** Per fault: what a claim needs; a clean run of n bounds the failure rate at 3/n with 95 % confidence. */
const TRIALS = Number(process.env.MONTANA_LONG_RUNS ?? 200)
/** The promise of 3-Mirror, and what it is for the profile `fast`. */
const GAP_MAX_MS = 10_000
const MEDIAN_MAX_MS = 5_000
const PER_TRIAL_MS = 30_000

const demo = (fault: string) => runScript(DEMO, ['--json', '--trials', String(TRIALS), '--fault', fault])

it.each(['kill', 'freeze', 'cut'])(
  `${TRIALS} times %s of the leading host, with none to three others dead before`,
  async (fault) => {
    const { code, stdout, stderr } = await demo(fault)
    const { timeline, ...result } = JSON.parse(stdout)
    expect(timeline.length).toBeGreaterThan(TRIALS)
    process.stderr.write(`${fault}: ${JSON.stringify(result)}\n`)
    expect(result, stderr.slice(-2000)).toMatchObject({
      verdict: 'PASS',
      doubleLeaders: 0,
      lostWrites: 0,
      fenceBreaks: 0,
    })
    expect(code).toBe(0)
    expect(result.gapsMs.p50).toBeLessThan(MEDIAN_MAX_MS)
    expect(result.gapsMs.p99).toBeLessThan(GAP_MAX_MS)
  },
  TRIALS * PER_TRIAL_MS,
)
