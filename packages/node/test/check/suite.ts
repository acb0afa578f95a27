import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '@montana/foundation'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CheckReport, checkStore } from '../../src/check/check.js'
import { makeWorld, type World } from '../support/world.js'
import { damageFile, type Random, WAYS, type Way } from './damage.js'
import { FILE_KINDS, type FileKind, makeNodes, WINDOWS } from './damaged-node.js'
import { type Served, servedBy } from './served.js'

/**
 * `cases` of damage in every kind of file, a quarter of them in each way. A case passes when a check names the damage, and
 * also when nothing is lost: a bit that SQLite does not use, or a file that is made anew at every start. It fails when an
 * answer differs, or is missing while the check calls the store sound.
 */
export function damageSuite(cases: number, kinds: readonly FileKind[] = FILE_KINDS): void {
  let world: World
  let root: string
  let nodes: { stopped: string; killed: string }
  let whole: Served

  beforeAll(async () => {
    world = await makeWorld()
    root = mkdtempSync(join(tmpdir(), 'montana-damage-'))
    nodes = await makeNodes(world, root)
    whole = servedBy(nodes.stopped, world.document, WINDOWS)
  })

  afterAll(async () => {
    await world.crypto.close()
    rmSync(root, { recursive: true, force: true })
  })

  const template = (kind: FileKind) => (kind.endsWith('-wal') || kind.endsWith('-shm') ? nodes.killed : nodes.stopped)

  async function damaged<T>(kind: FileKind, way: Way, random: Random, judge: (dir: string) => Promise<T>): Promise<T> {
    const dir = mkdtempSync(join(root, 'case-'))
    try {
      cpSync(template(kind), dir, { recursive: true })
      damageFile(join(dir, kind), way, random)
      return await judge(dir)
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  }

  /** What is left after a repair is true; a store that lost the end of its log is a whole older one. */
  async function expectMended(dir: string, before: CheckReport): Promise<void> {
    const mended = await checkStore({ dataDir: dir, repair: true })
    expect(mended.faults.filter(({ mend }) => mend === 'here')).toEqual([])
    if (before.faults.some(({ code }) => code === 'STORE_LOG_LOST')) return expect(mended.sound).toBe(true)
    expectNothingWrong(servedBy(dir, world.document, WINDOWS), whole, undefined)
  }

  it('an undamaged directory is sound and serves everything', async () => {
    for (const dir of [nodes.stopped, nodes.killed]) {
      expect(await checkStore({ dataDir: dir })).toMatchObject({ sound: true, faults: [] })
      expect(servedBy(dir, world.document, WINDOWS)).toEqual(whole)
    }
    expect(whole.size).toBeGreaterThan(60)
  })

  describe.each(kinds)('%s', (kind) => {
    it.each(WAYS)('%s: is detected or harmless, and nothing wrong is served', async (way) => {
      const random = seededRandom(FILE_KINDS.indexOf(kind) * 16 + WAYS.indexOf(way))
      for (let n = 0; n < cases / WAYS.length; n++) {
        await damaged(kind, way, random, async (dir) => {
          const report = await checkStore({ dataDir: dir })
          expectNothingWrong(servedBy(dir, world.document, WINDOWS), whole, report)
          if (n % 2 === 0) await expectMended(dir, report)
        })
      }
    })
  })
}

/** `report` is absent after a repair, when an item that was given up is missing without being a fault. */
function expectNothingWrong(served: Served, whole: Served, report: CheckReport | undefined): void {
  const wrong = [...served].filter(([name, value]) => whole.get(name) !== value).map(([name]) => name)
  const lost = report?.sound ? [...whole.keys()].filter((name) => !served.has(name)) : []
  expect({ wrong, lost }).toEqual({ wrong: [], lost: [] })
}
