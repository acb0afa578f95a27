import { check, type Trace } from '@montana/service-chaos'
import { describe, expect, it } from 'vitest'
import { effect, soundTrace, span } from './support.js'

const sound = soundTrace()

/** What a trace becomes when one thing goes wrong, and the only rule that says so. */
const PLANTED: readonly [string, string, Partial<Trace>][] = [
  [
    'two hosts act in one epoch, one after the other',
    'epoch',
    { spans: [...sound.spans, span('moscow', '100', 6_000, 7_000)] },
  ],
  [
    'two hosts act in one epoch of the other policy',
    'epoch',
    { spans: [...sound.spans, span('moscow', '7', 0, 9, 'coordinate'), span('spb', '7', 9, 20, 'coordinate')] },
  ],
  [
    'two hosts act for one policy at one instant',
    'overlap',
    { spans: [span('almaty', '100', 0, 8_001), ...sound.spans.slice(1)] },
  ],
  [
    'a host acts beside the leader before it is thawed',
    'overlap',
    { spans: [...sound.spans, span('almaty', '100', 9_500, 9_600)] },
  ],
  [
    'a thawed host acts on beside the leader',
    'overlap',
    { spans: [...sound.spans, span('almaty', '100', 10_000, 12_000)] },
  ],
  [
    'the sink takes an effect of an older epoch',
    'fence',
    { effects: [...sound.effects, effect(5, 'almaty', '100', 10_600)] },
  ],
  ['a host acts that has not said so', 'claim', { effects: [...sound.effects, effect(5, 'moscow', '300', 11_000)] }],
  [
    'a host acts in an epoch that it has not said',
    'claim',
    { effects: [...sound.effects, effect(5, 'spb', '201', 11_000)] },
  ],
  [
    'a service goes on when its host has said that it no longer acts',
    'claim',
    { effects: [...sound.effects.slice(0, 2), effect(6, 'almaty', '100', 6_002), ...sound.effects.slice(2)] },
  ],
  [
    'a thawed host goes on, and what it tries is refused',
    'claim',
    { effects: [...sound.effects, effect(5, 'almaty', '100', 11_001, 'refused')] },
  ],
  [
    'a host comes to the sink before it has said so',
    'claim',
    { effects: [...sound.effects, effect(7, 'spb', '200', 7_900)] },
  ],
  ['an acknowledged write is not there', 'lost', { acknowledged: [...sound.acknowledged, 'write-9'] }],
  ['an acknowledged write was refused', 'lost', { acknowledged: [...sound.acknowledged, 'write-4'] }],
  ['a write is taken twice', 'twice', { effects: [...sound.effects, effect(3, 'spb', '200', 9_300)] }],
]

describe('the checker of the merged trace', () => {
  it('finds nothing in a sound one', () => {
    expect(check(sound)).toEqual([])
  })

  it('lets a thawed host find out in its first turn', () => {
    expect(check({ ...sound, spans: [...sound.spans, span('almaty', '100', 10_010, 10_200)] })).toEqual([])
  })

  it('lets what was asked of a host come late', () => {
    const late = { ...sound, effects: [...sound.effects, effect(5, 'almaty', '100', 14_000, 'refused')] }
    expect(check({ ...late, sent: new Map([['write-5', 4_990]]) })).toEqual([])
    expect(check(late).map(({ rule }) => rule)).toEqual(['claim'])
  })

  it('lets two policies have leaders of their own', () => {
    expect(check({ ...sound, spans: [...sound.spans, span('moscow', '100', 0, 9_000, 'coordinate')] })).toEqual([])
  })

  it.each(PLANTED)('%s: %s', (_, rule, change) => {
    const found = check({ ...sound, ...change })
    expect(found.map((violation) => violation.rule)).toEqual([rule])
  })
})
