import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { PushReport } from '../../src/contracts/push.js'
import { pushCode } from '../../src/push/push.js'
import { git, refsOf, tipOf, Workshop } from './support/repositories.js'
import { type Changes, requestFor } from './support/request.js'

const MAIN = 'refs/heads/main'
const WORK = 'refs/heads/work'
const TAG = 'refs/tags/nightly'

let shop: Workshop

beforeEach(() => {
  shop = new Workshop()
})

afterEach(() => shop.remove())

async function push(changes: Changes = {}): Promise<PushReport> {
  return await pushCode(await requestFor(shop, changes))
}

/** What the push before left on the target, as a store would know it. */
function pushed(): Readonly<Record<string, string>> {
  return refsOf(shop.target)
}

/** A commit beside all others. */
function reset(ref: string): string {
  const tip = git(shop.source, 'commit-tree', 'main^{tree}', '-m', `anew ${ref} ${randomUUID()}`)
  git(shop.source, 'update-ref', ref, tip)
  return tip
}

function tag(tip: string): void {
  git(shop.source, 'tag', '--force', '-a', 'nightly', '-m', 'nightly', tip)
}

describe('isolated: a history that was reset', () => {
  it.each([MAIN, WORK])('stops everything before any contact: %s', async (ref) => {
    shop.commit('work', 'work')
    await push()
    const known = pushed()
    reset(ref)
    shop.commit('other', 'other')
    const request = { reset: 'isolated', pushed: known, url: '/nowhere' } as const
    await expect(push(request)).rejects.toMatchObject({ code: 'SOURCE_RESET', exitCode: 4, message: RegExp(ref) })
    await expect(push({ ...request, url: shop.target })).rejects.toMatchObject({ code: 'SOURCE_RESET' })
    expect(refsOf(shop.target)).toEqual(known)
  })

  it('is one also where somebody has moved the target meanwhile, and where the old tip is gone from the source', async () => {
    await push()
    const known = pushed()
    shop.foreignCommit('theirs', 'main', known[MAIN])
    reset(MAIN)
    git(shop.source, 'reflog', 'expire', '--expire=now', '--all')
    git(shop.source, 'gc', '--quiet', '--prune=now')
    expect(tipOf(shop.source, `${known[MAIN]}^{commit}`)).toBeNull()
    await expect(push({ reset: 'isolated', pushed: known })).rejects.toMatchObject({ code: 'SOURCE_RESET' })
  })

  it('is none when a branch moved forward, was deleted or is new, nor when a tag moved forward', async () => {
    shop.commit('work', 'work')
    tag(tipOf(shop.source, MAIN) ?? '')
    await push()
    const known = pushed()
    shop.commit('forward')
    tag(tipOf(shop.source, MAIN) ?? '')
    git(shop.source, 'update-ref', '-d', WORK)
    shop.commit('new', 'new')
    const { refs } = await push({ reset: 'isolated', pushed: known })
    expect(refs.map(({ ref, outcome, rescueRef }) => [ref, outcome, rescueRef])).toEqual([
      [MAIN, 'fast-forwarded', null],
      ['refs/heads/new', 'created', null],
      [WORK, 'extra', null],
      [TAG, 'overwritten', null],
    ])
  })

  it('is one for a tag that moved to a commit beside the old one', async () => {
    tag(tipOf(shop.source, MAIN) ?? '')
    await push()
    const known = pushed()
    tag(reset(WORK))
    await expect(push({ reset: 'isolated', pushed: known })).rejects.toMatchObject({ code: 'SOURCE_RESET' })
  })

  it('goes through for the tips that were let go of, and for no later one', async () => {
    await push()
    const known = pushed()
    const tip = reset(MAIN)
    const { refs } = await push({ reset: 'isolated', pushed: known, accepted: known })
    expect(refs).toMatchObject([{ ref: MAIN, outcome: 'overwritten', after: tip }])
    reset(MAIN)
    const again = { reset: 'isolated', pushed: { [MAIN]: tip }, accepted: known } as const
    await expect(push(again)).rejects.toMatchObject({ code: 'SOURCE_RESET' })
  })
})

describe('leader: a history that was reset', () => {
  it('is propagated, and every overwritten tip stays reachable', async () => {
    shop.commit('work', 'work')
    tag(tipOf(shop.source, WORK) ?? '')
    await push()
    const known = pushed()
    const tips = [reset(MAIN), reset(WORK)]
    tag(tips[0] ?? '')
    await push({ pushed: known })
    const now = refsOf(shop.target)
    expect([now[MAIN], now[WORK]]).toEqual(tips)
    const rescued = Object.entries(now).filter(([ref]) => ref.includes('/rescue/'))
    expect(rescued.map(([, tip]) => tip).sort()).toEqual(Object.values(known).sort())
  })
})
