import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createPoller } from '../src/index.js'
import { thisProcess } from '../src/journal/holder.js'
import { acquireLock } from '../src/journal/lock.js'
import { startChild } from './support/children.js'
import { checkChain, filesIn, readRecords, servedNode, tempFolder, tracked } from './support/fixture.js'
import { NodeServer } from './support/node-server.js'
import { statusDocument } from './support/status.js'

/** A pid above the kernel's maximum: nobody has it. */
const NO_PID = 2 ** 22 + 1

describe('a second poller of the same file', () => {
  it('ends with SOAK_LOCKED and writes nothing, in this process and in another', async () => {
    let release = () => {}
    const asked = Promise.withResolvers<void>()
    const slow = tracked(
      await NodeServer.start((_, response) => {
        release = () => response.end(JSON.stringify(statusDocument()))
        asked.resolve()
      }),
    )
    const folder = tempFolder()
    const path = join(folder, 'soak.jsonl')
    const polling = createPoller({ path, nodes: [{ label: 'moscow', statusUrl: slow.url }] }).poll()
    await asked.promise
    const before = filesIn(folder)
    const second = createPoller({ path, nodes: [await servedNode('moscow')] })
    await expect(second.poll()).rejects.toMatchObject({
      code: 'SOAK_LOCKED',
      exitCode: 1,
      metadata: { pid: process.pid },
    })
    expect(await startChild('poll-once.mjs', [path, slow.url]).ended).toBe('SOAK_LOCKED')
    expect(filesIn(folder)).toEqual(before)
    release()
    expect((await polling).seq).toBe(0)
    expect((await second.poll()).seq).toBe(1)
    expect(filesIn(folder)).toEqual(['soak.head.json', 'soak.jsonl'])
  })

  it('waits for nobody: many at once, some records, no damage', async () => {
    const { statusUrl } = await servedNode('moscow')
    const path = join(tempFolder(), 'soak.jsonl')
    const pollers = Array.from({ length: 10 }, () => createPoller({ path, nodes: [{ label: 'moscow', statusUrl }] }))
    const results = await Promise.allSettled(pollers.map((poller) => poller.poll()))
    const written = results.filter(({ status }) => status === 'fulfilled').length
    expect(written).toBeGreaterThan(0)
    for (const result of results) {
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'SOAK_LOCKED' })
    }
    expect(readRecords(path).length).toBe(written)
    expect(checkChain(path)).toEqual({ records: written, headLag: 0 })
  })
})

describe('a lock whose holder', () => {
  const lockPath = () => join(tempFolder(), 'soak.lock')

  async function leftBy(change: object): Promise<string> {
    const path = lockPath()
    writeFileSync(path, JSON.stringify({ ...(await thisProcess('0123abcd')), ...change }))
    return path
  }

  it.each([
    ['does not exist', { pid: NO_PID }],
    ['was another process with this pid', { started: '1' }],
    ['ran before the last boot', { boot_id: 'another boot' }],
  ])('%s is replaced', async (_, change) => {
    const path = await leftBy(change)
    const lock = await acquireLock(path, 'soak.jsonl')
    expect(JSON.parse(readFileSync(path, 'utf8')).pid).toBe(process.pid)
    await lock.release()
    expect(filesIn(join(path, '..'))).toEqual([])
  })

  it('is alive is respected', async () => {
    const path = await leftBy({})
    await expect(acquireLock(path, 'soak.jsonl')).rejects.toMatchObject({ code: 'SOAK_LOCKED' })
    expect(filesIn(join(path, '..'))).toEqual(['soak.lock'])
  })

  it('cannot be read, as after a power cut, is replaced', async () => {
    const path = lockPath()
    writeFileSync(path, '')
    await (await acquireLock(path, 'soak.jsonl')).release()
    expect(existsSync(path)).toBe(false)
  })

  it('is dead goes to exactly one of many that find it, round after round', async () => {
    for (let round = 0; round < 25; round++) {
      const path = await leftBy({ pid: NO_PID })
      const results = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(path, 'soak.jsonl')))
      const won = results.filter(({ status }) => status === 'fulfilled')
      expect(won.length).toBe(1)
      expect(filesIn(join(path, '..'))).toEqual(['soak.lock'])
    }
  })

  it('died while it replaced a dead one is replaced too', async () => {
    const path = await leftBy({ pid: NO_PID })
    writeFileSync(`${path}.0123abcd`, JSON.stringify({ ...(await thisProcess('89abcdef')), pid: NO_PID }))
    await (await acquireLock(path, 'soak.jsonl')).release()
    expect(filesIn(join(path, '..'))).toEqual([])
  })

  it('releases only its own lock', async () => {
    const path = lockPath()
    const lock = await acquireLock(path, 'soak.jsonl')
    const other = JSON.stringify(await thisProcess('0123abcd'))
    writeFileSync(path, other)
    await lock.release()
    expect(readFileSync(path, 'utf8')).toBe(other)
  })
})
