import { appendFileSync, mkdirSync, readFileSync, rmdirSync, truncateSync } from 'node:fs'
import { silentLogger } from '@montana/foundation'
import { describe, expect, it, vi } from 'vitest'
import { historyPageForm } from '../../src/channel/messages/bodies.js'
import { HISTORY_MAX_RECORDS, type HistoryFile } from '../../src/history/history-file.js'
import { history, historyPath, START_MS, transition } from './support.js'

const reasonsOf = (file: HistoryFile) => file.latest(null, 100).map(({ reason }) => reason)

async function written(path: string, count: number): Promise<HistoryFile> {
  const file = history(path)
  for (let i = 0; i < count; i++) file.append(transition({ reason: `${i}` }))
  await file.close()
  return file
}

describe('the history', () => {
  it('outlives the agent, in snake_case, one line per record', async () => {
    const path = historyPath()
    await written(path, 2)
    const [line = ''] = readFileSync(path, 'utf8').split('\n')
    expect(JSON.parse(line)).toMatchObject({
      at: '2026-01-01T00:00:00.000Z',
      boot_id: 'boot-1',
      transition: { epoch: '524798', phases_ms: { detect: 3_500 }, heard: { almaty: null } },
    })
    const [first] = history(path).latest('serve', 2)
    expect(first).toMatchObject({ ...transition({ reason: '0' }), epoch: '524798', host: 'amsterdam' })
    expect(history(path).latest('coordinate', 2)).toEqual([])
  })

  it('shows what a service said on one line, and nothing that a terminal would obey', async () => {
    const file = history()
    file.append(transition({ reason: 'promotion failed: \u001b[31mred\r\nline\u009b' }))
    expect(reasonsOf(file)).toEqual(['promotion failed:  [31mred  line '])
  })

  it.each([
    ['a torn last line', (path: string) => truncateSync(path, readFileSync(path).length - 10), ['0', '1', 'next']],
    [
      'a line without its end',
      (path: string) => truncateSync(path, readFileSync(path).length - 1),
      ['0', '1', '2', 'next'],
    ],
    ['foreign lines', (path: string) => appendFileSync(path, '5\nnull\n{"at":1}\n'), ['0', '1', '2', 'next']],
  ])('survives %s, and what comes after is whole', async (_, damage, expected) => {
    const path = historyPath()
    await written(path, 3)
    damage(path)
    const file = history(path, { now: () => new Date(START_MS + 60_000) })
    file.append(transition({ reason: 'next' }))
    await file.close()
    expect(reasonsOf(history(path))).toEqual(expected)
    expect(
      readFileSync(path, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => typeof JSON.parse(line)),
    ).toEqual(expected.map(() => 'object'))
  })

  it('is bounded, in memory and on disk, and keeps the newest', async () => {
    const path = historyPath()
    const file = await written(path, HISTORY_MAX_RECORDS + 700)
    const kept = file.latest(null, 20_000)
    expect(kept.length).toBeLessThanOrEqual(HISTORY_MAX_RECORDS + 500)
    expect(kept.at(-1)?.reason).toBe(String(HISTORY_MAX_RECORDS + 699))
    const again = history(path).latest(null, 20_000)
    expect(again).toHaveLength(HISTORY_MAX_RECORDS)
    expect(again.at(-1)).toEqual(kept.at(-1))
  })

  it('that cannot be written stops nobody, is said once, and is made good', async () => {
    const path = historyPath()
    const error = vi.fn()
    const file = history(path, { logger: { ...silentLogger, error } })
    // A folder in its place: no line can be written.
    mkdirSync(path)
    for (const reason of ['0', '1']) {
      file.append(transition({ reason }))
      await file.close()
    }
    expect(error).toHaveBeenCalledOnce()
    rmdirSync(path)
    file.append(transition({ reason: '2' }))
    await file.close()
    expect(reasonsOf(history(path))).toEqual(['0', '1', '2'])
  })
})

describe('between hosts', () => {
  const other = () => history(undefined, { host: 'moscow', bootId: 'boot-7' })

  it('each learns what it lacks, page by page, once', () => {
    const [own, peer] = [history(), other()]
    for (let i = 0; i < 5; i++) peer.append(transition({ reason: `${i}` }))
    own.append(transition({ reason: 'own' }))
    for (let hasMore = true; hasMore; ) {
      const page = peer.page(own.heads(), 2)
      own.learn(page.records)
      own.learn(page.records)
      hasMore = page.hasMore
    }
    expect(reasonsOf(own)).toEqual(['own', '0', '1', '2', '3', '4'])
    expect(own.page(peer.heads(), 10).records).toHaveLength(1)
  })

  it('a page always fits the channel, however long a reason was', () => {
    const peer = other()
    peer.append(transition({ reason: 'x'.repeat(5_000), rule: 'y'.repeat(100) }))
    const page = peer.page({}, 10)
    expect(historyPageForm.safeParse(historyPageForm.encode(page)).success).toBe(true)
  })

  it('a host that lost its file is heard again', () => {
    const [own, before] = [history(), other()]
    for (let i = 0; i < 9; i++) before.append(transition({ reason: `before ${i}` }))
    own.learn(before.page(own.heads(), 100).records)
    const after = history(undefined, { host: 'moscow', bootId: 'boot-8', now: () => new Date(START_MS + 60_000) })
    after.append(transition({ reason: 'after' }))
    own.learn(after.page(own.heads(), 100).records)
    expect(reasonsOf(own).at(-1)).toBe('after')
  })

  it('nobody tells a host what it did itself', () => {
    const [own, peer] = [history(), other()]
    peer.learn([
      { host: 'amsterdam', bootId: 'boot-0', sequence: 3, at: '2026-01-01T00:00:00.000Z', transition: transition() },
    ])
    own.learn(peer.page(own.heads(), 10).records)
    expect(own.latest(null, 10)).toEqual([])
  })
})
