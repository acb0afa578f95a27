import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PushInput } from '../../src/contracts/push.js'
import { planPush } from '../../src/decide/push-plan.js'

const A = 'a'.repeat(40)
const B = 'b'.repeat(40)
const C = 'c'.repeat(40)
const MAIN = 'refs/heads/main'
const DEV = 'refs/heads/dev'
const STAMP = '20260207T050000Z'

interface Parts {
  readonly local?: Record<string, string>
  readonly remote?: Record<string, string>
  readonly pushed?: Record<string, string>
  readonly fastForward?: readonly string[]
  readonly contained?: readonly string[]
  readonly onDiverge?: 'refuse' | 'rescue'
}

function plan({ local = {}, remote = {}, pushed = {}, fastForward = [], contained = [], onDiverge = 'refuse' }: Parts) {
  return planPush({
    local: new Map(Object.entries(local)),
    remote: new Map(Object.entries(remote)),
    pushed: new Map(Object.entries(pushed)),
    fastForward: new Set(fastForward),
    contained: new Set(contained),
    onDiverge,
    stamp: STAMP,
  })
}

describe('the push plan: table 7.2', () => {
  it('creates what is absent, and only if it is still absent then', () => {
    const { updates } = plan({ local: { [MAIN]: A } })
    expect(updates).toEqual([{ ref: MAIN, kind: 'create', tip: A, lease: '', rescueRef: null }])
  })

  it('leaves equal refs alone', () => {
    expect(plan({ local: { [MAIN]: A }, remote: { [MAIN]: A } })).toMatchObject({ updates: [], equal: [MAIN] })
  })

  it('moves an ancestor forward under the lease of the tip that was seen', () => {
    const { updates } = plan({ local: { [MAIN]: B }, remote: { [MAIN]: A }, fastForward: [MAIN] })
    expect(updates).toEqual([{ ref: MAIN, kind: 'fast-forward', tip: B, lease: A, rescueRef: null }])
  })

  it('overwrites a tip that we pushed; on every branch a rescue ref keeps it', () => {
    const both = { [MAIN]: A, [DEV]: C }
    const { updates } = plan({ local: { [MAIN]: B, [DEV]: B }, remote: both, pushed: both })
    expect(updates).toEqual([
      { ref: DEV, kind: 'overwrite', tip: B, lease: C, rescueRef: `refs/heads/rescue/${STAMP}-cccccccccccc` },
      { ref: MAIN, kind: 'overwrite', tip: B, lease: A, rescueRef: `refs/heads/rescue/${STAMP}-aaaaaaaaaaaa` },
    ])
  })

  it('needs no rescue ref for a tag whose commit the new one holds', () => {
    const tag = 'refs/tags/nightly'
    const tips = { local: { [tag]: B }, remote: { [tag]: A }, pushed: { [tag]: A } }
    expect(plan({ ...tips, contained: [tag] }).updates).toMatchObject([{ kind: 'overwrite', rescueRef: null }])
    expect(plan(tips).updates).toMatchObject([{ rescueRef: `refs/tags/rescue/${STAMP}-aaaaaaaaaaaa` }])
  })

  it('does not take the tip that we pushed to another ref for ours of this one', () => {
    const result = plan({ local: { [MAIN]: B }, remote: { [MAIN]: A }, pushed: { [DEV]: A } })
    expect(result.diverged).toEqual([{ ref: MAIN, local: B, remote: A }])
  })

  it('refuses a diverged ref and moves the rest', () => {
    const result = plan({ local: { [MAIN]: B, [DEV]: B }, remote: { [MAIN]: C, [DEV]: A }, fastForward: [DEV] })
    expect(result.diverged).toEqual([{ ref: MAIN, local: B, remote: C }])
    expect(result.updates.map(({ ref }) => ref)).toEqual([DEV])
  })

  it('reports what only the target has and keeps it', () => {
    expect(plan({ remote: { [DEV]: A } })).toEqual({ updates: [], equal: [], diverged: [], extra: [DEV] })
  })
})

describe('the push plan: rescue (7.3)', () => {
  it('gives two branches with one foreign tip two rescue refs, since one push cannot write a ref twice', () => {
    const { updates } = plan({
      local: { [MAIN]: B, [DEV]: B },
      remote: { [MAIN]: C, [DEV]: C },
      onDiverge: 'rescue',
    })
    const base = `refs/heads/rescue/${STAMP}-cccccccccccc`
    expect(updates.map(({ kind, rescueRef }) => [kind, rescueRef])).toEqual([
      ['rescue', base],
      ['rescue', `${base}-2`],
    ])
  })

  it('keeps a foreign tag as a tag, because a branch cannot name a tag object', () => {
    const tag = 'refs/tags/v1'
    const { updates } = plan({ local: { [tag]: B }, remote: { [tag]: C }, onDiverge: 'rescue' })
    expect(updates[0]?.rescueRef).toBe(`refs/tags/rescue/${STAMP}-cccccccccccc`)
  })

  it('takes another name when the target has one of this name', () => {
    const base = `refs/heads/rescue/${STAMP}-cccccccccccc`
    const { updates } = plan({ local: { [MAIN]: B }, remote: { [MAIN]: C, [base]: A }, onDiverge: 'rescue' })
    expect(updates[0]?.rescueRef).toBe(`${base}-2`)
  })

  it.each(['refs/heads/rescue/x', 'refs/montana/epoch', 'refs/heads/montana/epoch', 'refs/pull/1/head'])(
    'neither pushes %s nor calls it extra',
    (ref) => {
      const nothing = { updates: [], equal: [], diverged: [], extra: [] }
      expect(plan({ local: { [ref]: A } })).toEqual(nothing)
      expect(plan({ remote: { [ref]: A } })).toEqual(nothing)
    },
  )
})

describe('the push plan as a function', () => {
  it('mentions each ref of the source once and never changes its input', () => {
    const tips = fc.dictionary(fc.constantFrom(MAIN, DEV, 'refs/tags/v1'), fc.constantFrom(A, B, C))
    fc.assert(
      fc.property(
        tips,
        tips,
        tips,
        fc.subarray([MAIN, DEV]),
        fc.constantFrom<PushInput['onDiverge']>('refuse', 'rescue'),
        (local, remote, pushed, fastForward, onDiverge) => {
          const result = plan({ local, remote, pushed, fastForward, onDiverge })
          const named = [
            ...result.updates.map(({ ref }) => ref),
            ...result.equal,
            ...result.diverged.map(({ ref }) => ref),
          ]
          expect(named.sort()).toEqual(Object.keys(local).sort())
        },
      ),
    )
  })
})
