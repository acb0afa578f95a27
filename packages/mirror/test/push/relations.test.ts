import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { refsThatFastForward } from '../../src/push/relations.js'
import { git, Workshop } from './support/repositories.js'

let shop: Workshop

beforeEach(() => {
  shop = new Workshop()
})

afterEach(() => shop.remove())

/** A history with branches, merges and a second root; deterministic. */
function history(count: number): readonly string[] {
  const tree = git(shop.source, 'write-tree')
  const ids: string[] = []
  for (let n = 0; n < count; n++) {
    const parents = n % 13 === 0 ? [] : [ids[n - 1], n % 3 === 0 ? ids[(n * 7) % n] : undefined]
    const args = [...new Set(parents)].flatMap((parent) => (parent === undefined ? [] : ['-p', parent]))
    ids.push(git(shop.source, 'commit-tree', tree, ...args, '-m', `${n}`))
  }
  return ids
}

function isAncestor(a: string, b: string): boolean {
  try {
    execFileSync('git', ['merge-base', '--is-ancestor', a, b], { cwd: shop.source })
    return true
  } catch {
    return false
  }
}

it.each([
  ['with a common base', 14],
  ['with several roots', 0],
])('says of each pair what git says, %s', async (_, from) => {
  const ids = history(30).slice(from, from + 12)
  const all = ids.flatMap((local, i) => ids.map((remote, j) => ({ ref: `refs/heads/${i}-${j}`, local, remote })))
  const pairs = all.filter(({ local, remote }) => local !== remote)
  const found = await refsThatFastForward({ folder: shop.source, signal: AbortSignal.timeout(30_000) }, pairs)
  const expected = pairs.filter(({ local, remote }) => isAncestor(remote, local)).map(({ ref }) => ref)
  expect([...found].sort()).toEqual(expected.sort())
  expect(expected.length).toBeGreaterThan(10)
})

it('knows nothing of objects that the source lacks, of tags and of blobs', async () => {
  const main = git(shop.source, 'rev-parse', 'main')
  const tree = git(shop.source, 'rev-parse', 'main^{tree}')
  const pairs = ['f'.repeat(40), tree].map((remote, n) => ({ ref: `refs/heads/${n}`, local: main, remote }))
  const found = await refsThatFastForward({ folder: shop.source, signal: AbortSignal.timeout(30_000) }, pairs)
  expect(found.size).toBe(0)
})
