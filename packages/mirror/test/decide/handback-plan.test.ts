import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type HandbackRef, planHandback } from '../../src/decide/handback-plan.js'

const MAIN = 'refs/heads/main'

function ref(part: Partial<HandbackRef>): HandbackRef {
  return { ref: MAIN, primary: 'p', replica: 'r', relation: 'neither', conflicts: [], ...part }
}

function action(part: Partial<HandbackRef>, onRecovery: 'merge' | 'rescue' = 'merge', united: string[] = []) {
  const { refs } = planHandback([ref(part)], onRecovery, united)
  return [refs[0]?.action, refs[0]?.preserve]
}

describe('the plan of a hand-back (11.3)', () => {
  it.each<[string, Partial<HandbackRef>, string, string | null]>([
    ['equal', { replica: 'p' }, 'none', null],
    ['only on the primary', { replica: null }, 'create-on-replica', null],
    ['only on the replica', { primary: null }, 'create-on-primary', null],
    ['primary ahead', { relation: 'primary-contains' }, 'forward-replica', null],
    ['replica ahead', { relation: 'replica-contains' }, 'forward-primary', 'r'],
    ['both moved', {}, 'merge', 'r'],
    ['both moved, one file in two ways', { conflicts: ['a.txt'] }, 'conflict', 'r'],
    ['a tag in two ways', { ref: 'refs/tags/v1', conflicts: null }, 'keep-primary', 'r'],
  ])('%s', (_, part, expected, preserve) => expect(action(part)).toEqual([expected, preserve]))

  it('does not call ledgers and the state file a conflict', () => {
    expect(
      action({ conflicts: ['audit.ndjson', 'state/current.json'] }, 'merge', ['audit.ndjson', 'state/current.json']),
    ).toEqual(['merge', 'r'])
  })

  it('takes the tree of the primary when told to rescue', () => {
    expect(action({ conflicts: ['a.txt'] }, 'rescue')).toEqual(['primary-tree', 'r'])
    const conflicts = planHandback([ref({ conflicts: ['a.txt'] })], 'rescue', []).conflicts
    expect(conflicts).toEqual([])
  })

  it('names each conflicting file once', () => {
    const refs = [ref({ conflicts: ['b', 'a'] }), ref({ ref: 'refs/heads/dev', conflicts: ['a'] })]
    expect(planHandback(refs, 'merge', []).conflicts).toEqual(['a', 'b'])
  })

  it('never drops work of the replica: what the primary does not contain is preserved or carried over', () => {
    const tip = fc.constantFrom(null, 'x', 'y')
    const relation = fc.constantFrom<HandbackRef['relation']>('primary-contains', 'replica-contains', 'neither')
    const conflicts = fc.constantFrom(null, [], ['a'])
    const mode = fc.constantFrom<'merge' | 'rescue'>('merge', 'rescue')
    fc.assert(
      fc.property(tip, tip, relation, conflicts, mode, (primary, replica, kind, files, onRecovery) => {
        const [kept, preserve] = action({ primary, replica, relation: kind, conflicts: files }, onRecovery)
        const isContained = replica === null || replica === primary || (primary !== null && kind === 'primary-contains')
        expect(isContained || preserve === replica || kept === 'create-on-primary').toBe(true)
      }),
    )
  })
})
