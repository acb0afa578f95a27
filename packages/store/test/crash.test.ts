import { cpSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { DATABASE_FILE, HEAD_NOTE_FILE, openStore, type ReadStore } from '../src/index.js'
import { expectBoundary } from './boundary.js'
import { digest, temporaryDirectory } from './helpers.js'
import { startChild, startLimitedChild } from './processes.js'

const KILLS = 20
const LOG = `${DATABASE_FILE}-wal`

function readHead(dir: string): number {
  const store = openStore({ dir, mode: 'read' })
  try {
    return expectBoundary(store)
  } finally {
    store.close()
  }
}

async function runAndKill(dir: string, ms: number, leastWindows = 1): Promise<number> {
  const child = startChild('commit-loop.mjs', dir)
  while (child.lines.length < leastWindows) await child.line()
  await new Promise((resolve) => setTimeout(resolve, ms))
  await child.kill()
  return Number(child.lines.at(-1))
}

describe('kill -9', () => {
  it(`at ${KILLS} random instants leaves a window boundary and every acknowledged window`, async () => {
    const dir = temporaryDirectory()
    const random = seededRandom(20)
    let before = 0
    for (let kill = 0; kill < KILLS; kill++) {
      const acknowledged = await runAndKill(dir, random.next() * 60)
      const head = readHead(dir)
      expect(acknowledged).toBeGreaterThan(before)
      expect([acknowledged, acknowledged + 1]).toContain(head)
      before = head
    }
  })

  it('while writing window 0 leaves no store or a whole one', async () => {
    const random = seededRandom(7)
    for (let kill = 0; kill < 6; kill++) {
      const dir = temporaryDirectory()
      const child = startChild('commit-loop.mjs', dir)
      const hasBegun = () => readdirSync(dir).includes(DATABASE_FILE)
      while (!hasBegun()) await new Promise((resolve) => setTimeout(resolve, 1))
      await new Promise((resolve) => setTimeout(resolve, random.next() * 10))
      await child.kill()
      const store = openStore({ dir, mode: 'write', genesisHash: digest('genesis') })
      if (store.head() !== undefined) expectBoundary(store)
      store.close()
    }
  })

  it('with a torn log is refused where a window is lost, and ends at a window boundary once that is accepted', async () => {
    const dir = temporaryDirectory()
    // A log of several windows, however slow the disk is.
    const acknowledged = await runAndKill(dir, 10, 8)
    const size = statSync(join(dir, LOG)).size
    const random = seededRandom(3)
    const heads = Array.from({ length: 12 }, (_, cut) => {
      const copy = temporaryDirectory()
      cpSync(dir, copy, { recursive: true })
      const length = cut === 0 ? size : Math.floor(size * (0.4 + 0.6 * random.next()))
      truncateSync(join(copy, LOG), length)
      if (cut % 2 === 1) rmSync(join(copy, `${DATABASE_FILE}-shm`))
      const refused = [refusalOf(copy, 'read'), refusalOf(copy, 'write')]
      if (cut === 0) expect(refused).toEqual([undefined, undefined])
      else expect(refused).toEqual([LOST, LOST])
      rmSync(join(copy, HEAD_NOTE_FILE))
      const head = readHead(copy)
      const store = openStore({ dir: copy, mode: 'write' })
      expect(expectBoundary(store)).toBe(head)
      store.close()
      expect(readHead(copy)).toBe(head)
      return head
    })
    expect(Math.max(...heads)).toBeGreaterThanOrEqual(acknowledged)
    expect(new Set(heads).size).toBeGreaterThan(1)
  })
})

const LOST = 'STORE_LOG_LOST'

function refusalOf(dir: string, mode: 'read' | 'write'): string | undefined {
  try {
    const store: ReadStore = mode === 'read' ? openStore({ dir, mode }) : openStore({ dir, mode })
    store.close()
    return undefined
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('a disk that refuses a write', () => {
  it('is STORE_IO, ends all writing of this process and loses no acknowledged window', async () => {
    const dir = temporaryDirectory()
    const child = startLimitedChild(3000, 'commit-loop.mjs', dir)
    await child.ended()
    const acknowledged = Number(child.lines.at(-2))
    expect(child.lines.at(-1)).toBe(`STORE_IO STORE_IO ${acknowledged}`)
    expect(acknowledged).toBeGreaterThan(5)
    expect(readHead(dir)).toBe(acknowledged)
    const store = openStore({ dir, mode: 'write' })
    expect(expectBoundary(store)).toBe(acknowledged)
    store.close()
  })
})
