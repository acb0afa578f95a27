import { afterEach, beforeEach, expect, it } from 'vitest'
import { pushCode } from '../../src/push/push.js'
import { dropRescueRef, listRescueRefs } from '../../src/push/rescue.js'
import { refsOf, Workshop } from './support/repositories.js'
import { requestFor } from './support/request.js'

let shop: Workshop
let theirs: string
let ours: string

beforeEach(async () => {
  shop = new Workshop()
  await pushCode(await requestFor(shop))
  theirs = shop.foreignCommit('theirs')
  ours = shop.commit('ours')
  await pushCode(await requestFor(shop, { target: { onDiverge: 'rescue' } }))
})

afterEach(() => shop.remove())

it('lists what was rescued, and when', async () => {
  const ref = `refs/heads/rescue/20260207T050000Z-${theirs.slice(0, 12)}`
  expect(await listRescueRefs(await requestFor(shop))).toEqual([{ ref, tip: theirs, at: '2026-02-07T05:00:00Z' }])
})

it('drops one by its full name and leaves everything else', async () => {
  const request = await requestFor(shop)
  const [rescue] = await listRescueRefs(request)
  expect(await dropRescueRef(request, rescue?.ref ?? '')).toEqual(rescue)
  expect(refsOf(shop.target)).toEqual({ 'refs/heads/main': ours })
})

it.each(['refs/heads/main', 'refs/heads/rescue/none', ''])('drops nothing that is no rescue ref: %j', async (ref) => {
  const before = refsOf(shop.target)
  await expect(dropRescueRef(await requestFor(shop), ref)).rejects.toMatchObject({ code: 'NAME_INVALID' })
  expect(refsOf(shop.target)).toEqual(before)
})

it('says when the target keeps it', async () => {
  shop.hook('update', 'exit 1')
  const request = await requestFor(shop)
  const [rescue] = await listRescueRefs(request)
  await expect(dropRescueRef(request, rescue?.ref ?? '')).rejects.toMatchObject({ code: 'REF_REJECTED' })
})
