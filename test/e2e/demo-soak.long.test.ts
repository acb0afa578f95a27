import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SoakRecord } from '@montana/soak'
import { describe, expect, it } from 'vitest'
import { isLong } from '../support/long-it.js'
import { temporaryFolder } from './support/montana.js'
import { runScript } from './support/script.js'

const DEMO = join(import.meta.dirname, '..', '..', 'scripts', 'demo-soak.mjs')
/** The test command leaves out those whose effect test/e2e/drills.test.ts sees; a kill is in both. */
const KINDS = isLong ? ['kill', 'pause', 'partition', 'diskfull', 'clock', 'oldbuild'] : ['kill', 'pause', 'oldbuild']
const RUN_TIMEOUT_MS = 420_000
const OFFSET_MS = 30_000
const OFFSET_TOLERANCE_MS = 1_000

const demo = (...args: string[]) => runScript(DEMO, args)

function nodeOf(record: SoakRecord, label: string): SoakRecord['nodes'][number] | undefined {
  return record.nodes.find((node) => node.label === label)
}

describe('npm run demo:soak', () => {
  it(
    'names every planted fault with node and time, and nothing else as critical',
    async () => {
      const dir = temporaryFolder()
      const { code, stdout, stderr } = await demo('--json', '--keep', dir, '--kinds', KINDS.join())
      const outcome = JSON.parse(stdout)
      expect(outcome, stderr.slice(-2000)).toMatchObject({ verdict: 'PASS', missed: [], unexpectedCritical: [] })
      expect(code, stdout + stderr).toBe(0)
      expect(outcome.planted.map(({ kind }: { kind: string }) => kind)).toEqual(KINDS)
      expect(existsSync(join(outcome.reportDir, 'report.html'))).toBe(true)
      checkEffects(
        readFileSync(join(dir, 'soak.jsonl'), 'utf8')
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line)),
      )
    },
    RUN_TIMEOUT_MS,
  )

  it('says what it does not understand', async () => {
    expect(await demo('--jsno')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('--jsno') })
    expect(await demo('--kinds', 'kill,fire')).toMatchObject({ code: 2, stderr: expect.stringContaining("'fire'") })
  })
})

/** The faults were real: each left its mark in the records, and was gone again at the end. */
function checkEffects(records: readonly SoakRecord[]): void {
  const last = records.at(-1)
  const builds = records.map((record) => nodeOf(record, 'helsinki')?.build?.version)
  expect(new Set(builds.filter((version) => version !== undefined)).size).toBe(2)
  expect(builds.at(-1)).toBe(last && nodeOf(last, 'moscow')?.build?.version)
  if (isLong) checkFurtherEffects(records)
}

function checkFurtherEffects(records: readonly SoakRecord[]): void {
  const clocks = records.map((record) => nodeOf(record, 'armenia')?.clock_offset_ms ?? 0)
  expect(clocks.some((offset) => Math.abs(offset - OFFSET_MS) < OFFSET_TOLERANCE_MS)).toBe(true)
  expect(Math.abs(clocks.at(-1) ?? OFFSET_MS)).toBeLessThan(OFFSET_TOLERANCE_MS)
  const logs = records.map((record) => nodeOf(record, 'frankfurt')?.degraded ?? [])
  expect(logs.some((codes) => codes.includes('LOG_ENOSPC'))).toBe(true)
  expect(logs.at(-1)).toEqual([])
  const links = records.map(
    (record) => nodeOf(record, 'moscow')?.peers?.find(({ label }) => label === 'armenia')?.conns,
  )
  expect(links).toContain(0)
  expect(links.at(-1)).toBeGreaterThan(0)
}
