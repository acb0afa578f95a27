import { describe, expect, it } from 'vitest'
import type { HandbackRef } from '../../src/decide/handback-plan.js'
import { planPush } from '../../src/decide/push-plan.js'
import { planBothWays, planKeeping } from '../../src/decide/recovery-plan.js'

const A = 'a'.repeat(40)
const B = 'b'.repeat(40)
const C = 'c'.repeat(40)
const MAIN = 'refs/heads/main'

function found(changes: Partial<HandbackRef> = {}): HandbackRef {
  return { ref: MAIN, primary: A, replica: B, relation: 'neither', conflicts: [], ...changes }
}

describe('both ways of a hand-back', () => {
  it.each<[string, Partial<HandbackRef>, string, string, string | null]>([
    ['two histories that merge', {}, 'merge', 'primary-tree', B],
    ['two histories with a conflict', { conflicts: ['edit.txt'] }, 'conflict', 'primary-tree', B],
    ['a conflict in a file that is united by its entries', { conflicts: ['log'] }, 'merge', 'primary-tree', B],
    ['a primary that did nothing', { relation: 'replica-contains' }, 'forward-primary', 'forward-primary', B],
    ['a replica that did nothing', { relation: 'primary-contains' }, 'forward-replica', 'forward-replica', null],
    ['a branch of the replica alone', { primary: null }, 'create-on-primary', 'create-on-primary', null],
    ['a branch of the primary alone', { replica: null }, 'create-on-replica', 'create-on-replica', null],
    ['a tag that differs', { ref: 'refs/tags/v1', conflicts: null }, 'keep-primary', 'keep-primary', B],
  ])('%s', (_, changes, merge, rescue, preserve) => {
    const [plan] = planBothWays([found(changes)], ['log'])
    expect(plan?.merge?.action).toBe(merge)
    expect(plan?.rescue).toMatchObject({ action: rescue, preserve })
  })

  it('names the files of a conflict, and leaves out what is the same on both sides', () => {
    const same = found({ ref: 'refs/heads/same', replica: A })
    const plans = planBothWays([found({ conflicts: ['edit.txt', 'log'] }), same], ['log'])
    expect(plans.map(({ ref }) => ref)).toEqual([MAIN])
    expect(plans[0]?.merge?.conflicts).toEqual(['edit.txt'])
  })
})

describe('a target with work of its own', () => {
  const push = (remote: ReadonlyMap<string, string>, more = {}) =>
    planPush({
      ...{ local: new Map([[MAIN, A]]), remote, pushed: new Map(), fastForward: new Set(), contained: new Set() },
      ...{ onDiverge: 'refuse', stamp: '20260301T120000Z', ...more },
    })

  it('keeps its tip before its branch follows', () => {
    const remote = new Map([[MAIN, B]])
    expect(planKeeping(push(remote, { onDiverge: 'rescue' }), remote)).toEqual([
      {
        ...{ ref: MAIN, primary: A, replica: B, merge: null },
        rescue: { action: 'rescue-replica', preserve: B, conflicts: [] },
      },
    ])
  })

  it('a push keeps the tip that a person looked at, and refuses any other', () => {
    const keep = new Map([[MAIN, B]])
    const asLooked = push(new Map([[MAIN, B]]), { keep })
    expect(asLooked.updates).toMatchObject([
      { kind: 'rescue', lease: B, rescueRef: expect.stringContaining('rescue/') },
    ])
    const moved = push(new Map([[MAIN, C]]), { keep })
    expect(moved).toMatchObject({ updates: [], diverged: [{ ref: MAIN, remote: C }] })
  })
})
