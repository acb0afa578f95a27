import { describe, expect, it } from 'vitest'
import type { Role } from '../../src/contracts/config.js'
import type { FenceEntry, FenceRecord } from '../../src/contracts/fence.js'
import { mayAct, type PermitSettings } from '../../src/decide/permit.js'
import { record } from './support/records.js'

const MIN = 60_000
const SELF = 'github:1'
const SETTINGS: PermitSettings = { enabled: true, autoPromote: true, permitMs: 30 * MIN }

interface Parts {
  readonly fence?: Partial<FenceRecord> | null
  readonly role?: Role | null
  readonly start?: number | null
  readonly now?: number
  readonly settings?: Partial<PermitSettings>
}

function ask({ fence = {}, role = 'MASTER', start = 0, now = 1, settings = {} }: Parts = {}) {
  const entry: FenceEntry | null = fence === null ? null : { commit: 'c', record: record(fence) }
  const answer = mayAct(entry, SELF, role, start, now, { ...SETTINGS, ...settings })
  return answer.act ? answer.permitMsLeft : answer.code
}

describe('who may act (8.4, 9.2)', () => {
  it('is the holder, for the permit from the start of its last renewal', () => {
    expect(ask({ start: 5 * MIN, now: 10 * MIN })).toBe(25 * MIN)
    expect(ask({ start: 5 * MIN, now: 35 * MIN - 1 })).toBe(1)
    expect(ask({ start: 5 * MIN, now: 35 * MIN })).toBe('PERMIT_OVER')
  })

  it('takes the shorter of the permit in the record and the configured one', () => {
    expect(ask({ fence: { permitMinutes: 10 }, now: 0 })).toBe(10 * MIN)
    expect(ask({ settings: { permitMs: MIN }, now: 0 })).toBe(MIN)
  })

  it.each<[string, Parts, string]>([
    ['no role', { role: null }, 'INERT'],
    ['a replica', { role: 'SLAVE' }, 'INERT'],
    ['no record', { fence: null }, 'FENCED'],
    ['another holder', { fence: { holder: 'github:2' } }, 'FENCED'],
    ['a role that contradicts the fence', { role: 'TEMPORARY_MASTER' }, 'FENCED'],
    ['a promotion under way', { fence: { state: 'promoting' } }, 'FENCED'],
    ['a hand-back under way', { fence: { state: 'draining' } }, 'FENCED'],
    ['a released epoch', { fence: { state: 'released' } }, 'FENCED'],
    ['no renewal by this run', { start: null }, 'PERMIT_OVER'],
    ['a monotonic clock that went back', { start: 2, now: 1 }, 'PERMIT_OVER'],
  ])('is nobody with %s', (_, parts, expected) => {
    expect(ask(parts)).toBe(expected)
  })

  it('goes on acting while it offers the hand-back', () => {
    expect(ask({ fence: { state: 'handback-ready' }, now: 0 })).toBe(30 * MIN)
  })

  it('needs no permit when nobody can be promoted, by the fence and by the configuration', () => {
    const off = { autoPromote: false }
    expect(ask({ fence: off, settings: off, start: null })).toBeNull()
    expect(ask({ fence: {}, settings: off, start: null })).toBe('PERMIT_OVER')
    expect(ask({ fence: off, settings: {}, start: null })).toBe('PERMIT_OVER')
    expect(ask({ fence: { ...off, holder: 'github:2' }, settings: off })).toBe('FENCED')
  })

  it('needs no fence when mirroring is explicitly off, but still the role', () => {
    expect(ask({ fence: null, settings: { enabled: false } })).toBeNull()
    expect(ask({ fence: null, settings: { enabled: null } })).toBe('FENCED')
    expect(ask({ role: null, settings: { enabled: false } })).toBe('INERT')
    expect(ask({ role: 'TEMPORARY_MASTER', settings: { enabled: false } })).toBe('INERT')
  })
})
