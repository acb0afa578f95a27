import { describe, expect, it } from 'vitest'
import { PROMOTION, type PromotionProgress, type PromotionStep, settlePromotion } from '../../src/decide/promotion.js'
import { nextStep, startProgress } from '../../src/decide/steps.js'
import { record } from './support/records.js'

const SELF = 'github:2'
const DECIDED = { commit: 'c1', record: record({ renewal: 7 }) }
const RENEWED = { commit: 'c2', record: record({ renewal: 8 }) }
const CLAIMED = {
  commit: 'c2',
  record: record({ epoch: 2, holder: SELF, role: 'TEMPORARY_MASTER', state: 'promoting' }),
}
const ACTING = { commit: 'c3', record: { ...CLAIMED.record, state: 'active' as const, renewal: 1 } }
const STEPS = PROMOTION.steps.map(({ name }) => name)

/** As a run leaves it that is killed within this step. */
function killedIn(step: PromotionStep): PromotionProgress {
  return { ...startProgress(0), done: STEPS.slice(0, STEPS.indexOf(step)), begun: step }
}

function settled(progress: PromotionProgress, entry: typeof DECIDED, decidedOn: string | null = DECIDED.commit) {
  return settlePromotion(progress, { self: SELF, entry, decidedOn, nowMs: 5 })
}

const next = (progress: PromotionProgress) => nextStep(PROMOTION, progress)

describe('a promotion that is taken up again', () => {
  it('claims over the record on which the decision fell, and over no other', () => {
    expect(next(settled(killedIn('claim'), DECIDED))).toEqual({ kind: 'do', step: 'claim' })
    expect(next(settled(killedIn('claim'), RENEWED))).toEqual({ kind: 'undo', step: 'release' })
    expect(next(settled(killedIn('claim'), DECIDED, null))).toEqual({ kind: 'undo', step: 'release' })
  })

  it('goes on with a claim of its own that was made, whatever was kept of it', () => {
    expect(next(settled(killedIn('claim'), CLAIMED))).toEqual({ kind: 'do', step: 'claim' })
    expect(next(settled(killedIn('claim'), CLAIMED, null))).toEqual({ kind: 'do', step: 'claim' })
  })

  it.each(STEPS.slice(1))('at %s goes on with its own claim only', (step) => {
    expect(next(settled(killedIn(step), CLAIMED))).toEqual({ kind: 'do', step })
    const other = { commit: 'c3', record: { ...CLAIMED.record, holder: 'github:3' } }
    expect(next(settled(killedIn(step), other)).kind).toBe('undo')
    expect(next(settled(killedIn(step), DECIDED)).kind).toBe('undo')
  })

  it('is done once the fence knows it as active, also when the answer of the fence was lost', () => {
    const begun = killedIn('activate')
    expect(next(settled(begun, ACTING))).toEqual({ kind: 'done' })
    expect(next(settled({ ...begun, begun: null, failed: 'activate' }, ACTING))).toEqual({ kind: 'done' })
  })

  it('is not done half-way, nor once something was taken back', () => {
    expect(next(settled(killedIn('proof'), ACTING)).kind).toBe('undo')
    const back = {
      ...killedIn('activate'),
      begun: null,
      failed: 'activate' as const,
      undone: ['restore-marker' as const],
    }
    expect(next(settled(back, ACTING))).toEqual({ kind: 'undo', step: 'gates-inert' })
  })

  it('that failed is taken back to its end, and releases a claim that may have been made', () => {
    const failed = { ...killedIn('claim'), begun: null, failed: 'claim' as const }
    expect(next(settled(failed, CLAIMED))).toEqual({ kind: 'undo', step: 'release' })
    expect(next({ ...failed, undone: ['release'] })).toEqual({ kind: 'undone' })
  })
})
