import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seededRandom } from '@montana/foundation'
import { describe, expect, it, onTestFinished } from 'vitest'
import { callsOn, runFailing } from '../../../test/support/failing-calls.js'
import { isLong, longIt } from '../../../test/support/long-it.js'
import type { Call } from '../../../test/support/power-loss/calls.js'
import { Disk } from '../../../test/support/power-loss/disk.js'
import { filesAfterLoss, LOSSES } from '../../../test/support/power-loss/loss.js'
import { recordCalls, whyNoTrace } from '../../../test/support/power-loss/record.js'
import { faultOf, filesIn, NOTHING, toldAfter } from './durable/check.js'

const TIMES = isLong ? 3 : 1
/** Of the calls and of the kinds of losses: all, or each seventh. */
const STEP = isLong ? 1 : 7
const TIMEOUT_MS = isLong ? 1_200_000 : 60_000
const missing = whyNoTrace()
const CHILD = fileURLToPath(new URL('./durable/write-files.mjs', import.meta.url))

function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'montana-durable-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

function watched(dir: string): string[] {
  const temporary = Array.from({ length: 2 * TIMES }, (_, n) => `7.${`${n + 1}`.padStart(8, '0')}.tmp`)
  const names = ['identity.bin', 'state.snapshot']
  return [
    dir,
    ...names.flatMap((name) => [name, ...temporary.map((end) => `${name}.${end}`)]).map((name) => join(dir, name)),
  ]
}

/** A loss of each kind at every call of the trace. */
async function faultsAfterLosses(folder: string, calls: readonly Call[]): Promise<string[]> {
  const disk = new Disk(folder)
  const faults: string[] = []
  let told = NOTHING
  for (const [index, call] of calls.entries()) {
    disk.apply(call)
    if (call.kind === 'say') told = toldAfter(told, call.text)
    for (const [kind, loss] of LOSSES.entries()) {
      if ((index * LOSSES.length + kind) % STEP !== 0) continue
      const fault = await faultOf(filesAfterLoss(disk, loss, seededRandom(index)), told)
      if (fault !== undefined) faults.push(`${fault} (${loss} after call ${index})`)
    }
  }
  return faults
}

describe(`the identity and a snapshot file${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  it.skipIf(missing !== undefined)(
    'are there as they were told, old or new and never half, after a loss of power at any call',
    async () => {
      const dir = temporaryDirectory()
      const { calls, exitCode, stderr } = recordCalls(dir, [CHILD, dir, `${TIMES}`])
      expect([exitCode, stderr]).toEqual([0, ''])
      expect(await faultsAfterLosses(dir, calls)).toEqual([])
      // Without its fsyncs the same trace must be told from a good one.
      const careless = calls.filter(({ kind }) => kind !== 'sync')
      expect(await faultsAfterLosses(dir, careless)).not.toEqual([])
    },
    TIMEOUT_MS,
  )

  const caseOf = missing === undefined ? longIt : it.skip
  caseOf(
    'are there as they were told, where a call fails',
    async () => {
      const dir = temporaryDirectory()
      const calls = callsOn(watched(dir), [CHILD, dir, `${TIMES}`])
      expect(new Set(calls.map(({ name }) => name))).toEqual(new Set(['write', 'fsync', 'fdatasync', 'rename']))
      for (const call of calls.filter((_, index) => index % STEP === STEP - 1)) {
        for (const error of ['EIO', 'ENOSPC'] as const) {
          const own = temporaryDirectory()
          const { hit, stdout, exitCode } = runFailing(watched(own), [CHILD, own, `${TIMES}`], call, error)
          expect([call, hit !== undefined, exitCode, stdout]).toEqual([
            call,
            true,
            1,
            expect.stringMatching(`refused ${error}\n$`),
          ])
          expect([call, error, await faultOf(filesIn(own), stdout.split('\n').reduce(toldAfter, NOTHING))]).toEqual([
            call,
            error,
            undefined,
          ])
        }
      }
    },
    TIMEOUT_MS,
  )
})
