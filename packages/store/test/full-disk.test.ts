import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { temporaryDirectory } from './helpers.js'

const CHILD = fileURLToPath(new URL('./children/full-disk.mjs', import.meta.url))
const KINDS = 'commit journal certificate object note incident evidence work staging'.split(' ')
const all = (outcome: string) => Object.fromEntries(KINDS.map((kind) => [kind, outcome]))

/** In a mount namespace of its own, which ends with the command. */
function onSmallDisk(dir: string, ...command: string[]) {
  const script = 'mount -t tmpfs -o size=12m montana "$0" && exec "$@"'
  return spawnSync('unshare', ['-m', 'sh', '-c', script, dir, ...command], { encoding: 'utf8' })
}

const canMount = onSmallDisk('/mnt', 'true').status === 0

describe(`a disk of 12 MiB that is full${canMount ? '' : ' (skipped: needs root, unshare -m and tmpfs)'}`, () => {
  it.skipIf(!canMount)(
    'refuses every kind of write, keeps and serves what was durable, and takes them all later',
    () => {
      const dir = temporaryDirectory()
      const { stdout, stderr } = onSmallDisk(dir, process.execPath, CHILD, dir)
      expect(JSON.parse(stdout || '{}'), stderr).toEqual({
        refused: all('STORE_FULL'),
        kept: { head: 1, vote: true, served: 1_000 },
        unwritten: true,
        done: all('done'),
        after: { head: 2, faults: [], note: 300_000 },
      })
    },
  )
})
