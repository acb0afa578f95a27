import { expect, it } from 'vitest'
import { grown, shrunk, type Tally, tallySchema } from '../src/tally.js'

const RECORDED: Tally = { 'ours/a.json': { node: { codec: 3, state: 2 } }, 'theirs/b.json': { native: { merkle: 5 } } }
const all = () => true

it('is content with as many cases, and with more', () => {
  expect(shrunk(RECORDED, RECORDED, all)).toEqual([])
  const more = structuredClone(RECORDED)
  more['ours/a.json'] = { node: { codec: 4, state: 2 }, noble: { codec: 1 } }
  expect(shrunk(RECORDED, more, all)).toEqual([])
})

it.each<[string, Tally, string]>([
  ['a case', { ...RECORDED, 'ours/a.json': { node: { codec: 2, state: 2 } } }, 'ours/a.json node codec 3 → 2'],
  ['a group', { ...RECORDED, 'ours/a.json': { node: { codec: 3 } } }, 'ours/a.json node state 2 → 0'],
  ['a backend', { ...RECORDED, 'theirs/b.json': {} }, 'theirs/b.json native merkle 5 → 0'],
  ['a file', { 'ours/a.json': { node: { codec: 3, state: 2 } } }, 'theirs/b.json native merkle 5 → 0'],
])('names %s that is gone', (_, now, words) => {
  const found = shrunk(RECORDED, now, all)
  expect(found.map((one) => `${one.file} ${one.backend} ${one.group} ${one.recorded} → ${one.now}`)).toEqual([words])
})

it('asks for nothing that this host cannot show', () => {
  expect(shrunk(RECORDED, {}, ({ file }) => !file.startsWith('theirs/')).map(({ file }) => file)).toEqual([
    'ours/a.json',
    'ours/a.json',
  ])
  expect(shrunk(RECORDED, {}, ({ backend }) => backend !== 'node')).toHaveLength(1)
})

it('records the most that ever ran', () => {
  const now: Tally = { 'ours/a.json': { node: { codec: 9 }, noble: { codec: 1 } } }
  expect(grown(RECORDED, now)).toEqual({
    'ours/a.json': { node: { codec: 9, state: 2 }, noble: { codec: 1 } },
    'theirs/b.json': { native: { merkle: 5 } },
  })
})

it('refuses counts that are none', () => {
  expect(tallySchema.safeParse({ a: { node: { codec: -1 } } }).success).toBe(false)
})
