import { existsSync, readdirSync, rmSync } from 'node:fs'
import { errorCode, seededRandom } from '@montana/foundation'
import { openStore } from '@montana/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  contentOf,
  makeSnapshotCase,
  type SnapshotCase,
  WINDOW,
} from '../../../packages/node/test/snapshot-file/support.js'
import { montana, startMontana } from './montana.js'

/** A command over them takes about a second. */
const ACCOUNTS = 4_000
const TIMEOUT_PER_KILL_MS = 20_000

/** kill -9 of the real command at `kills` random instants of each of the two that write. */
export function snapshotKillSuite(kills: number): void {
  describe(`kill -9 at ${kills} random instants`, () => {
    let made: SnapshotCase
    beforeAll(async () => {
      made = await makeSnapshotCase(ACCOUNTS)
    })
    afterAll(() => made.close())

    const random = seededRandom(16)
    const killed = async (args: readonly string[], wholeMs: number) => {
      const { child, finished } = startMontana(args)
      await new Promise((resolve) => setTimeout(resolve, wholeMs * (0.2 + 0.8 * random.next())))
      child.kill('SIGKILL')
      return (await finished).code
    }

    it(
      'of create leaves no file, or the whole one',
      async () => {
        const args = (file: string, ...more: string[]) => [
          'snapshot',
          'create',
          file,
          '--data-dir',
          made.state,
          ...more,
        ]
        const { code, durationMs, stderr } = await montana(args(made.path('whole.snap')))
        expect(code, stderr).toBe(0)
        const file = made.path('killed.snap')
        for (let kill = 0; kill < kills; kill++) {
          await killed(args(file, '--force'), durationMs)
          if (!existsSync(file)) continue
          const verdict = await montana(['snapshot', 'verify', file, '--genesis', made.genesisPath])
          expect(verdict.code, verdict.stderr).toBe(0)
        }
        expect(
          readdirSync(made.root)
            .filter((name) => name.startsWith('killed.'))
            .every((name) => /^killed\.snap(?:\..*\.tmp)?$/.test(name)),
        ).toBe(true)
      },
      kills * TIMEOUT_PER_KILL_MS,
    )

    it(
      'of restore leaves the genesis or the whole state, and the next call goes on',
      async () => {
        const args = (dir: string) => [
          'snapshot',
          'restore',
          made.file,
          '--genesis',
          made.genesisPath,
          '--data-dir',
          dir,
        ]
        const { code, durationMs, stderr } = await montana(args(made.path('whole')))
        expect(code, stderr).toBe(0)
        const dataDir = made.path('killed')
        for (let kill = 0; kill < kills; kill++) {
          if (headOf(dataDir) === WINDOW) rmSync(dataDir, { recursive: true })
          await killed(args(dataDir), durationMs)
          expect([undefined, 0, WINDOW]).toContain(headOf(dataDir))
        }
        if (headOf(dataDir) !== WINDOW) {
          const last = await montana(args(dataDir))
          expect(last.code, last.stderr).toBe(0)
        }
        expect(contentOf(dataDir)).toEqual(contentOf(made.state))
      },
      kills * TIMEOUT_PER_KILL_MS,
    )
  })
}

/** `undefined` where there is no store yet. */
function headOf(dir: string): number | undefined {
  try {
    const store = openStore({ dir, mode: 'read' })
    try {
      expect(store.integrityFaults()).toEqual([])
      return store.head()?.window
    } finally {
      store.close()
    }
  } catch (error) {
    if (errorCode(error) === 'NO_STORE') return undefined
    throw error
  }
}
