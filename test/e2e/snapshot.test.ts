import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { toHex } from '@montana/foundation'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  makeSnapshotCase,
  offsetsOf,
  type SnapshotCase,
  WINDOW,
} from '../../packages/node/test/snapshot-file/support.js'
import { montana } from './support/montana.js'
import { snapshotKillSuite } from './support/snapshot-kills.js'

/** `snapshot.long.test.ts` has more. */
const KILLS = 2

describe('montana snapshot', () => {
  let made: SnapshotCase
  beforeAll(async () => {
    made = await makeSnapshotCase()
  })
  afterAll(() => made.close())

  it('makes, shows, proves and restores a state: 0, in words and in JSON', async () => {
    const file = made.path('cli.snap')
    const created = await montana(['snapshot', 'create', file, '--data-dir', made.state, '--json'])
    expect(created.code, created.stderr).toBe(0)
    expect(JSON.parse(created.stdout)).toMatchObject({ schema: 'montana.snapshot/1', window: WINDOW, file })
    const info = await montana(['snapshot', 'info', file])
    expect(info.stdout).toContain('claimed, not proven')
    const pin = `${WINDOW}:${toHex(made.proposalHash)}`
    const proven = await montana(['snapshot', 'verify', file, '--checkpoint', pin])
    expect(proven.stdout).toContain(`proven: window ${WINDOW} is the checkpoint`)
    const dataDir = made.path('cli')
    const restored = await montana(['snapshot', 'restore', file, '--genesis', made.genesisPath, '--data-dir', dataDir])
    expect(restored.code, restored.stderr).toBe(0)
    expect(restored.stdout).toContain('by a quorum of the operators of the genesis')
    expect(restored.stdout).toContain('signs nothing until it has caught up')
    const journal = await montana(['journal', 'show', '--data-dir', dataDir, '--json'])
    expect(JSON.parse(journal.stdout)).toEqual({ head: WINDOW, signFrom: null, entries: 0 })
  })

  it('ends with 1 for a file that is not proven, with 2 for wrong words, with 78 for a wrong setting', async () => {
    const file = made.path('flipped.snap')
    copyFileSync(made.file, file)
    const bytes = readFileSync(file)
    const place = (offsetsOf(file)[6] ?? 0) + 5_000
    bytes[place] = (bytes[place] ?? 0) ^ 4
    writeFileSync(file, bytes)
    const genesis = ['--genesis', made.genesisPath]
    const cases: [string[], number, string][] = [
      [['verify', file, ...genesis], 1, "section 'records 2'"],
      [['verify', made.file, '--checkpoint', `${WINDOW}:${'0'.repeat(64)}`], 1, 'the checkpoint says'],
      [['verify', made.file], 2, '--genesis'],
      [['verify', made.file, '--checkpoint', 'x'], 78, 'is not a checkpoint'],
      [['create', made.path('y.snap'), '--window', 'last', '--data-dir', made.state], 2, '--window'],
      [['create', made.file, '--data-dir', made.state], 78, 'exists already'],
      [['info', made.path('absent')], 78, 'does not exist'],
      [['restore', made.file, ...genesis, '--data-dir', made.state], 78, `at window ${WINDOW} already`],
    ]
    for (const [args, code, words] of cases) {
      const run = await montana(['snapshot', ...args])
      expect([run.code, run.stdout], run.stderr).toEqual([code, ''])
      expect(run.stderr.trimEnd().split('\n')).toHaveLength(1)
      expect(run.stderr).toContain(words)
      expect(run.stderr).toContain('; ')
    }
    const json = await montana(['snapshot', 'verify', file, ...genesis, '--json'])
    expect(JSON.parse(json.stdout).error).toMatchObject({ code: 'SNAPSHOT_CHECKSUM', field: 'records 2' })
  }, 60_000)
})

snapshotKillSuite(KILLS)
