import { getEventListeners } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createPoller, type PollerModules, type SoakError, type SoakRecord } from '../src/index.js'
import { openAppend } from '../src/journal/files.js'
import { checkChain, filesIn, readRecords, servedNode, tempFolder, tracked } from './support/fixture.js'
import { NodeServer } from './support/node-server.js'

async function watched(modules: PollerModules = {}) {
  const path = join(tempFolder(), 'soak.jsonl')
  const poller = createPoller({ path, nodes: [await servedNode('moscow')], spoolDir: tempFolder() }, modules)
  return { path, poller }
}

/** Writing takes this long at the given poll, counted from 0. */
function slowDisk(poll: number, ms: number, onBegin: () => void = () => {}): PollerModules {
  let polls = 0
  return {
    openAppend: async (path) => {
      onBegin()
      if (polls++ === poll) await new Promise((resolve) => setTimeout(resolve, ms))
      return await openAppend(path)
    },
  }
}

describe('a watch', () => {
  it('polls at once and then on schedule, one slot each', async () => {
    const { path, poller } = await watched()
    const records: SoakRecord[] = []
    const summary = await poller.watch({ everyMs: 1000, count: 3, onRecord: (record) => records.push(record) })
    expect(summary).toEqual({ records: 3, missed: 0 })
    expect(readRecords(path)).toEqual(records)
    expect(records.map(({ slot, interval_ms }) => [slot, interval_ms])).toEqual([
      [0, 1000],
      [1, 1000],
      [2, 1000],
    ])
    const [first, , third] = records.map(({ mono_ms }) => mono_ms)
    expect(Math.abs((third ?? 0) - (first ?? 0) - 2000)).toBeLessThan(150)
    expect(filesIn(join(path, '..'))).toEqual(['soak.head.json', 'soak.jsonl'])
  })

  it('skips a slot that it missed and keeps to the schedule', async () => {
    const { poller } = await watched(slowDisk(0, 1300))
    const records: SoakRecord[] = []
    const summary = await poller.watch({ everyMs: 1000, count: 2, onRecord: (record) => records.push(record) })
    expect(summary).toEqual({ records: 2, missed: 1 })
    expect(records.map(({ slot }) => slot)).toEqual([0, 2])
    expect(Math.abs((records[1]?.mono_ms ?? 0) - (records[0]?.mono_ms ?? 0) - 2000)).toBeLessThan(150)
  })

  it('goes on after a poll that left no record', async () => {
    let polls = 0
    const full = Object.assign(new Error('full'), { code: 'ENOSPC' })
    const { path, poller } = await watched({
      openAppend: async (name) => {
        const file = await openAppend(name)
        return polls++ === 0 ? { ...file, write: () => Promise.reject(full) } : file
      },
    })
    const errors: SoakError[] = []
    const summary = await poller.watch({ everyMs: 1000, count: 2, onError: (error) => errors.push(error) })
    expect(summary).toEqual({ records: 1, missed: 1 })
    expect(errors.map(({ code }) => code)).toEqual(['SOAK_ENOSPC'])
    expect(readRecords(path).map(({ slot, late }) => [slot, late])).toEqual([
      [0, true],
      [1, false],
    ])
    expect(checkChain(path).records).toBe(2)
  })

  it('resolves when it is stopped between two polls, and leaves no listener behind', async () => {
    const { path, poller } = await watched()
    const controller = new AbortController()
    const { signal } = controller
    const summary = await poller.watch({
      everyMs: 60_000,
      signal,
      onRecord: () => setTimeout(() => controller.abort(), 20),
    })
    expect(summary).toEqual({ records: 1, missed: 0 })
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(filesIn(join(path, '..'))).toEqual(['soak.head.json', 'soak.jsonl'])
  })

  it('leaves no listener behind after polls of hung nodes', async () => {
    const hung = tracked(await NodeServer.start(() => {}))
    const path = join(tempFolder(), 'soak.jsonl')
    const { signal } = new AbortController()
    await createPoller({ path, nodes: [{ label: 'a', statusUrl: hung.url }] }).watch({
      everyMs: 1000,
      count: 2,
      signal,
    })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('resolves when it is stopped during a poll, which then leaves nothing', async () => {
    const hung = tracked(await NodeServer.start(() => {}))
    const folder = tempFolder()
    const poller = createPoller({ path: join(folder, 's.jsonl'), nodes: [{ label: 'a', statusUrl: hung.url }] })
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 50)
    expect(await poller.watch({ everyMs: 5000, signal: controller.signal })).toEqual({ records: 0, missed: 0 })
    expect(filesIn(folder)).toEqual([])
    expect(await poller.watch({ everyMs: 5000, signal: controller.signal })).toEqual({ records: 0, missed: 0 })
  })

  it('can be the only one of its file, but single polls may come in between', async () => {
    const { path, poller } = await watched()
    const controller = new AbortController()
    const { signal } = controller
    const first = Promise.withResolvers<SoakRecord>()
    const watching = poller.watch({ everyMs: 60_000, signal, isExclusive: true, onRecord: first.resolve })
    await first.promise
    const before = readFileSync(path)
    const other = createPoller({ path, nodes: [await servedNode('moscow')] })
    await expect(other.watch({ everyMs: 1000, isExclusive: true })).rejects.toMatchObject({ code: 'SOAK_LOCKED' })
    expect(readFileSync(path).equals(before)).toBe(true)
    // A single poll takes over the interval of the run.
    expect(await other.poll()).toMatchObject({ seq: 1, interval_ms: 60_000 })
    controller.abort()
    await watching
    expect(checkChain(path)).toEqual({ records: 2, headLag: 0 })
  })

  it('waits a moment for the end of a poll of somebody else, and gives its slot up where that takes long', async () => {
    const { path, poller } = await watched()
    const nodes = [await servedNode('moscow')]
    const pollFor = async (ms: number) => {
      const begun = Promise.withResolvers<void>()
      const polling = createPoller({ path, nodes }, slowDisk(0, ms, begun.resolve)).poll()
      await begun.promise
      return { polling }
    }
    const brief = await pollFor(120)
    expect(await poller.watch({ everyMs: 2000, count: 1 })).toEqual({ records: 1, missed: 0 })
    await brief.polling
    const long = await pollFor(900)
    expect(await poller.watch({ everyMs: 1000, count: 1 })).toEqual({ records: 0, missed: 1 })
    await long.polling
    expect(checkChain(path)).toEqual({ records: 3, headLag: 0 })
  })

  it('counts its polls by how they ended', async () => {
    const seen: string[] = []
    const metrics: NonNullable<PollerModules['metrics']> = {
      counter: ({ name }) => ({ inc: (labels) => seen.push(`${name} ${JSON.stringify(labels)}`) }),
      gauge: ({ name }) => ({ set: (_, value) => seen.push(`${name} ${value > 1000}`) }),
      histogram: () => ({ observe: () => {} }),
    }
    const { poller } = await watched({ metrics })
    await poller.watch({ everyMs: 1000, count: 1 })
    expect(seen).toEqual(['montana_soak_file_bytes true', 'montana_soak_polls_total {"result":"ok"}'])
  })
})
