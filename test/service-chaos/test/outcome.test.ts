import { outcomeOf } from '@montana/service-chaos'
import { describe, expect, it } from 'vitest'

const SOUND = {
  ...{ leader: 'almaty', down: ['spb'], isWhole: true, stallMs: 20 },
  gap: { fromMs: 1_000, toMs: 4_000, host: 'moscow' },
}
const open = { fromMs: 1_000, toMs: undefined, host: undefined }

describe('what becomes of a trial', () => {
  it.each<[string, string, Partial<Parameters<typeof outcomeOf>[0]>]>([
    ['counts where all went well', 'counted', {}],
    ['fails where the leader went because others did', 'failed', { leader: undefined }],
    ['is void where nothing was done yet', 'void', { leader: undefined, down: [] }],
    ['fails where the group is not whole again', 'failed', { isWhole: false }],
    ['fails where nobody served', 'failed', { gap: open }],
    ['fails where nobody served, though the host stood still', 'failed', { gap: open, stallMs: 700 }],
    ['is void where the client noticed nothing', 'void', { gap: undefined }],
    ['is void where the one that was struck answered', 'void', { gap: { ...SOUND.gap, host: 'almaty' } }],
    ['is repeated where the host stood still', 'stalled', { stallMs: 501 }],
    ['is repeated where the host stood still and the group is not whole', 'stalled', { isWhole: false, stallMs: 501 }],
  ])('%s: %s', (_, outcome, change) => {
    expect(outcomeOf({ ...SOUND, ...change }).outcome).toBe(outcome)
  })

  it('leaves a group to the next trial only where it is whole', () => {
    expect(outcomeOf({ ...SOUND, stallMs: 501 }).reason).toBeNull()
    expect(outcomeOf({ ...SOUND, isWhole: false, stallMs: 501 }).reason).not.toBeNull()
  })
})
