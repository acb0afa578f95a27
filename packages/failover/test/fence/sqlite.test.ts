import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { makeEpoch, SqliteFence } from '../../src/index.js'

let path: string
let database: DatabaseSync

function open(): DatabaseSync {
  const opened = new DatabaseSync(path)
  onTestFinished(() => opened.close())
  return opened
}

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'fence-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  path = join(folder, 'sink.sqlite')
  database = open()
  database.exec('CREATE TABLE sent (text TEXT)')
})

const send = (text: string) => ({ run: () => database.prepare('INSERT INTO sent VALUES (?)').run(text).changes })
const sent = () =>
  database
    .prepare('SELECT text FROM sent')
    .all()
    .map(({ text }) => text)

describe('a fence in SQLite', () => {
  it('keeps the highest epoch with the effect, and refuses lower ones', () => {
    const fence = new SqliteFence(database)
    expect(fence.highest()).toBe(0n)
    fence.apply(8n, send('a'))
    fence.apply(8n, send('b'))
    fence.apply(9n, send('c'))
    expect(() => fence.apply(8n, send('late'))).toThrow(
      expect.objectContaining({ code: 'EPOCH_STALE', metadata: { highest: '9' } }),
    )
    expect(sent()).toEqual(['a', 'b', 'c'])
  })

  it('knows the highest after a restart, and in another connection', () => {
    new SqliteFence(database).apply(9n, send('a'))
    expect(() => new SqliteFence(open()).apply(8n, send('late'))).toThrow('epoch 8 is over')
  })

  it('orders epochs beyond 63 bits and of different length', () => {
    const fence = new SqliteFence(database)
    const highest = makeEpoch({ counter: 2 ** 48 - 1, rank: 3, chainIndex: 0 })
    fence.apply(999n, send('a'))
    fence.apply(1_000n, send('b'))
    fence.apply(2n ** 63n, send('c'))
    fence.apply(highest, send('d'))
    for (const lower of [999n, 2n ** 63n - 1n, 2n ** 63n, highest - 1n]) {
      expect(() => fence.apply(lower, send('late'))).toThrow('is over')
    }
    expect(fence.highest()).toBe(highest)
    expect(sent()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('undoes epoch and key when the effect throws', () => {
    const fence = new SqliteFence(database)
    fence.apply(8n, send('a'))
    const broken = () => {
      send('half').run()
      throw new Error('disk full')
    }
    expect(() => fence.apply(9n, { idempotencyKey: 'k', run: broken })).toThrow('disk full')
    expect(fence.highest()).toBe(8n)
    expect(fence.apply(8n, { idempotencyKey: 'k', ...send('b') }).isRepeated).toBe(false)
    expect(sent()).toEqual(['a', 'b'])
  })

  it('does an effect with a key once, whoever asks again; the repetition still raises the epoch', () => {
    const fence = new SqliteFence(database)
    expect(fence.apply(8n, { idempotencyKey: 'u1', ...send('a') })).toEqual({ isRepeated: false, result: 1 })
    expect(fence.apply(9n, { idempotencyKey: 'u1', ...send('again') })).toEqual({ isRepeated: true })
    expect(sent()).toEqual(['a'])
    expect(fence.highest()).toBe(9n)
    expect(() => fence.apply(8n, { idempotencyKey: 'u2', ...send('late') })).toThrow('is over')
  })

  it('keeps policies apart', () => {
    const [serve, coordinate] = ['serve', 'coordinate'].map((name) => new SqliteFence(database, { name }))
    serve?.apply(9n, { idempotencyKey: 'k', ...send('a') })
    coordinate?.apply(8n, { idempotencyKey: 'k', ...send('b') })
    expect(sent()).toEqual(['a', 'b'])
  })

  it('is part of a transaction that is open already', () => {
    const fence = new SqliteFence(database)
    database.exec('BEGIN')
    fence.apply(8n, send('a'))
    expect(() => fence.apply(7n, send('late'))).toThrow('is over')
    expect(sent()).toEqual(['a'])
    database.exec('ROLLBACK')
    expect(sent()).toEqual([])
    expect(fence.highest()).toBe(0n)
  })

  it('takes no effect that ends later than its transaction', () => {
    const fence = new SqliteFence(database)
    expect(() => fence.apply(8n, { run: async () => send('a').run() })).toThrow(TypeError)
    expect(fence.highest()).toBe(0n)
    expect(sent()).toEqual([])
  })
})
