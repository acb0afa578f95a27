import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadMirrorConfig } from '../../src/index.js'
import { pushCode } from '../../src/push/push.js'
import { reach } from '../../src/service/open.js'
import { fetchRescue, rescuesOf } from '../../src/service/rescue.js'
import { git, refsOf, tipOf, Workshop } from '../push/support/repositories.js'
import { requestFor } from '../push/support/request.js'

const never = new AbortController().signal

let shop: Workshop
let theirs: string

beforeEach(async () => {
  shop = new Workshop()
  await pushCode(await requestFor(shop))
  theirs = shop.foreignCommit('theirs', 'main', tipOf(shop.target, 'refs/heads/main') ?? '')
  shop.commit('ours')
  await pushCode(await requestFor(shop, { target: { onDiverge: 'rescue' } }))
})

afterEach(() => shop.remove())

function archive() {
  const environment = {
    ...{ MIRROR_ENABLED: 'true', MIRROR_ROLE: 'MASTER' },
    ...{ MIRROR_1_TYPE: 'git', MIRROR_1_URL: shop.target, MIRROR_1_NAME: 'backup' },
  }
  const [target] = loadMirrorConfig({ environment }).targets
  if (target === undefined) throw new Error('no target')
  return reach(target, {})
}

async function show() {
  const [rescue] = await rescuesOf(shop.source, archive(), never)
  return await fetchRescue(shop.source, archive(), rescue?.ref ?? '', never)
}

it('brings the work of a rescue ref into the source, by its own name, and says whose it is', async () => {
  const { local, author, ahead, behind } = await show()
  expect(tipOf(shop.source, local)).toBe(theirs)
  expect({ author, ahead, behind }).toEqual({ author: 'Ada <ada@example.org>', ahead: 1, behind: 1 })
})

it('forgets the copy once a branch holds the work, and not before', async () => {
  const { local } = await show()
  const other = shop.foreignCommit('other', 'main')
  await pushCode(await requestFor(shop, { target: { onDiverge: 'rescue' } }))
  const refs = await rescuesOf(shop.source, archive(), never)
  const second = refs.find(({ tip }) => tip === other)?.ref ?? ''
  const { local: copy } = await fetchRescue(shop.source, archive(), second, never)
  expect(Object.keys(refsOf(shop.source))).toEqual(expect.arrayContaining([local, copy]))
  git(shop.source, 'update-ref', 'refs/heads/merged', theirs)
  await fetchRescue(shop.source, archive(), second, never)
  expect(tipOf(shop.source, local)).toBeNull()
  expect(tipOf(shop.source, copy)).toBe(other)
})
