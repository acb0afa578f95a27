import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { seededRandom } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { callsOn, type Ended, type FileCall, runFailing } from '../../../test/support/failing-calls.js'
import { tellFigure } from '../../../test/support/figure.js'
import { isLong } from '../../../test/support/long-it.js'
import { oneOf } from '../../../test/support/power-loss/loss.js'
import { whyNoTrace } from '../../../test/support/power-loss/record.js'
import { DATABASE_FILE, HEAD_NOTE_FILE } from '../src/index.js'
import { temporaryDirectory } from './helpers.js'
import { NOTHING, toldAfter } from './power-loss/injections.js'
import { opened } from './power-loss/outcome.js'
import { restartMs } from './power-loss/stories.js'

/** Of the goal. */
const CALLS = 200
const ERRORS = ['EIO', 'ENOSPC'] as const
/** Enough for two hundred calls and a few windows more. */
const WINDOWS = 6
const TIMEOUT_MS = isLong ? 1_800_000 : 60_000
/** The fsync of the first window that is committed. */
const COMMIT: FileCall = { name: 'fsync', nth: 11 }
const missing = whyNoTrace()
const child = (name: string) => fileURLToPath(new URL(`./children/${name}`, import.meta.url))

function watched(dir: string): string[] {
  const files = [DATABASE_FILE, ...['-wal', '-journal', '-shm'].map((suffix) => DATABASE_FILE + suffix), HEAD_NOTE_FILE]
  return [dir, ...files.map((name) => join(dir, name))]
}

const writer = (dir: string) => [child('commit-loop.mjs'), dir, `${WINDOWS}`]

const isOfDirectory = (hit: string) => !hit.includes(`/${DATABASE_FILE}`)

/** How the writer went on: to its end, or it ended itself in order. */
function endOf({ stdout, stderr, exitCode, signal }: Ended): string {
  const last = stdout.trim().split('\n').at(-1) ?? ''
  if (signal === 'SIGKILL' && last === `${WINDOWS}`) return 'went on'
  const isStopped =
    signal === 'SIGKILL' ? /^STORE_IO STORE_IO \d+$/.test(last) : exitCode === 1 && last.startsWith('closed STORE_')
  return isStopped ? 'stopped' : `ended otherwise: ${exitCode} ${signal} ${last} ${stderr}`
}

function failAt(call: FileCall, error: (typeof ERRORS)[number], node: readonly string[] = []) {
  const dir = temporaryDirectory()
  try {
    const ended = runFailing(watched(dir), [...node, ...writer(dir)], call, error)
    const told = ended.stdout.split('\n').reduce(toldAfter, NOTHING)
    const { verdict } = opened(dir, told)
    if (verdict === 'kept') restartMs(dir)
    return { call, error, hit: ended.hit, end: endOf(ended), verdict }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** All of them; or one by chance, the last, which is a write of a commit, and the fsync of one. */
function chosen(calls: readonly FileCall[]): readonly FileCall[] {
  if (isLong) return calls
  return [oneOf(seededRandom(9), calls), ...calls.slice(-1), COMMIT]
}

describe(`a call of the store that fails${missing === undefined ? '' : ` (skipped: ${missing})`}`, () => {
  it.skipIf(missing !== undefined)(
    'stops the writer or is tried again: what was told is there, and the store opens by itself',
    () => {
      const dir = temporaryDirectory()
      const calls = callsOn(watched(dir), writer(dir)).slice(0, CALLS)
      expect(calls).toHaveLength(CALLS)
      const results = chosen(calls).flatMap((call) => ERRORS.map((error) => failAt(call, error)))
      const lost = results.filter(({ verdict }) => verdict !== 'kept')
      tellFigure('r9-calls', lost.length, isLong ? undefined : `${results.length} calls of ${CALLS * ERRORS.length}`)
      expect(lost).toEqual([])
      expect(results.filter(({ hit }) => hit === undefined)).toEqual([])
      expect(results.filter(({ end }) => end.startsWith('ended otherwise'))).toEqual([])
      // A broken disk ends all writing. The note of the head is no part of the store and may be late; and SQLite does not
      // heed its own fsync of the directory: ours comes after it, before anything is told.
      const unheeded = results.filter(({ error, end }) => error === 'EIO' && end === 'went on')
      expect(unheeded.filter(({ hit = '' }) => !hit.includes(HEAD_NOTE_FILE) && !isOfDirectory(hit))).toEqual([])
      const ends = Object.groupBy(results, ({ error, end }) => `${error} ${end}`)
      process.stderr.write(
        `failing calls: ${Object.entries(ends)
          .map(([end, all]) => `${end} ${all?.length}`)
          .join(', ')}\n`,
      )
      expect(ends['EIO stopped']?.length).toBeGreaterThan(0)
    },
    TIMEOUT_MS,
  )

  it.skipIf(missing !== undefined)('is noticed where the writer takes a refused commit for a done one', () => {
    const { verdict } = failAt(COMMIT, 'EIO', ['--import', child('unheeding.mjs')])
    expect(verdict).toMatch(/^lost window 1/)
  })
})
