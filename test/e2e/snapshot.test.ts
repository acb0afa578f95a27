import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { toHex } from '@montana/foundation'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  makeSnapshotCase,
  offsetsOf,
  type SnapshotCase,
  WINDOW,
} from '../../packages/node/test/snapshot-file/support.js'
import { montana, montanaWithin } from './support/montana.js'
import { snapshotKillSuite } from './support/snapshot-kills.js'

/** `snapshot.long.test.ts` has more. */
const KILLS = 2
/** A file of the process may not grow beyond this; the snapshot has 1.3 MB. */
const FILE_KIB_MAX = 512
const TIMEOUT_MS = 60_000

describe('montana snapshot', () => {
  let made: SnapshotCase
  beforeAll(async () => {
    made = await makeSnapshotCase()
  })
  afterAll(() => made.close())

  it(
    'makes, shows, proves and restores a state: 0, in words and in JSON',
    async () => {
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
      const restored = await montana([
        'snapshot',
        'restore',
        file,
        '--genesis',
        made.genesisPath,
        '--data-dir',
        dataDir,
      ])
      expect(restored.code, restored.stderr).toBe(0)
      expect(restored.stdout).toContain('by a quorum of the operators of the genesis')
      expect(restored.stdout).toContain('signs nothing until it has caught up')
      const journal = await montana(['journal', 'show', '--data-dir', dataDir, '--json'])
      expect(JSON.parse(journal.stdout)).toEqual({ head: WINDOW, signFrom: null, entries: 0 })
    },
    TIMEOUT_MS,
  )

  it(
    'ends with 1 for a file that is not proven, with 2 where the trust is missing, with 78 for a wrong setting',
    async () => {
      const file = made.path('flipped.snap')
      copyFileSync(made.file, file)
      const bytes = readFileSync(file)
      const place = (offsetsOf(file)[6] ?? 0) + 5_000
      bytes[place] = (bytes[place] ?? 0) ^ 4
      writeFileSync(file, bytes)
      const genesis = ['--genesis', made.genesisPath]
      const cases: [string[], number, string][] = [
        [['verify', file, ...genesis], 1, "section 'records 2'"],
        [['verify', made.file], 2, '--genesis'],
        [['create', made.file, '--data-dir', made.state], 78, 'exists already'],
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
    },
    TIMEOUT_MS,
  )

  it('ends with 1 and without a file where there is no room for it', async () => {
    const file = made.path('large.snap')
    const run = await montanaWithin(FILE_KIB_MAX, ['snapshot', 'create', file, '--data-dir', made.state])
    expect([run.code, run.stdout]).toEqual([1, ''])
    expect(run.stderr).toContain('no room')
    expect(readdirSync(made.root).filter((name) => name.startsWith('large'))).toEqual([])
  })
})

snapshotKillSuite(KILLS)
