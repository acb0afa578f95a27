import { claimHandback } from '../../../src/decide/fence-handback.js'
import { activate, claimForPromotion } from '../../../src/decide/fence-promotion.js'
import { release, renew } from '../../../src/decide/fence-rules.js'
import { mayAct } from '../../../src/decide/permit.js'
import { settlePromotion } from '../../../src/decide/promotion.js'
import { takeBack } from '../../../src/decide/take-back.js'
import { takerClock } from '../../../src/decide/taker-clock.js'
import type { SentinelSettings } from '../../../src/decide/time-budget.js'
import { DEFAULTS, MIN } from '../support/gap-replay.js'

/** What the world runs on. By default the real rules; a planted fault replaces one. */
export interface Rules {
  readonly settings: SentinelSettings
  readonly mayAct: typeof mayAct
  readonly renew: typeof renew
  readonly release: typeof release
  readonly activate: typeof activate
  readonly claimForPromotion: typeof claimForPromotion
  readonly claimHandback: typeof claimHandback
  readonly settlePromotion: typeof settlePromotion
  readonly takeBack: typeof takeBack
  readonly takerClock: typeof takerClock
  /** The fence compares before it swaps. */
  readonly isSwapLeased: boolean
  readonly permitFrom: 'start' | 'end'
  /** Believes in a record only when the fence has confirmed it. */
  readonly isConfirmedFirst: boolean
  /** Claims over the record on which the decision fell. */
  readonly isClaimOnDecision: boolean
}

export const REAL: Rules = {
  settings: DEFAULTS,
  mayAct,
  renew,
  release,
  activate,
  claimForPromotion,
  claimHandback,
  settlePromotion,
  takeBack,
  takerClock,
  isSwapLeased: true,
  permitFrom: 'start',
  isConfirmedFirst: true,
  isClaimOnDecision: true,
}

/** Takes every record for one that has stood still for long enough. */
const claimAtOnce: Rules['claimForPromotion'] = (record, claim, signature) =>
  claimForPromotion(record, { ...claim, idleMs: Number.POSITIVE_INFINITY }, signature)

/** Each must be found by the same test that finds nothing in the real rules. */
export const FAULTS: Readonly<Record<string, Partial<Rules>>> = {
  'staleness below permit and skew': {
    settings: { ...DEFAULTS, stalenessMs: 20 * MIN, intervalMs: 5 * MIN, threshold: 1 },
    claimForPromotion: claimAtOnce,
  },
  'a swap without lease': { isSwapLeased: false },
  'a permit counted from the end of the renewal': { permitFrom: 'end' },
  'a permit before the fence has confirmed it': { isConfirmedFirst: false },
  'a claim over a record that was read again after the decision': {
    isClaimOnDecision: false,
    claimForPromotion: claimAtOnce,
  },
  'a claim that is taken up again over whatever the fence has now': {
    settlePromotion: (progress) => progress,
    claimForPromotion: claimAtOnce,
  },
  'a role without the fence': {
    mayAct: (_entry, _self, role) =>
      role === 'SLAVE' ? { act: false, code: 'INERT', reason: 'role' } : { act: true, permitMsLeft: null },
  },
  'a permit without end': {
    mayAct: (entry, self, role, _start, nowMs, settings) => mayAct(entry, self, role, nowMs, nowMs, settings),
  },
  'a hand-back that does not wait for the last permit': {
    claimHandback: (record, self, proof, ...rest) =>
      claimHandback(record, self, { ...proof, isDrained: true }, ...rest),
  },
  'a planned switch that does not wait for the last permit': {
    claimForPromotion: (record, claim, signature) =>
      claimForPromotion(record, { ...claim, isDrained: true }, signature),
  },
  'a last permit that is waited for by the own clock alone': {
    takerClock: (reading, skewMs) => takerClock({ ...reading, providerMs: null }, skewMs),
  },
  'an epoch that is taken back without its number': {
    takeBack: (record, take, signature) => {
      const next = takeBack(record, take, signature)
      return 'ok' in next ? { ok: { ...next.ok, epoch: record.epoch } } : next
    },
  },
  'an epoch that is taken back from whoever acts': {
    takeBack: (record, take, signature) => {
      const former = { ...record, holder: take.self, role: take.role }
      return takeBack({ ...record, state: 'released', renewal: 0 }, { ...take, former }, signature)
    },
  },
  'an epoch that is taken back by whoever acted once': {
    // An activation that was not recorded is undone: a released epoch in which somebody acted is rare otherwise.
    settlePromotion: (progress) => progress,
    takeBack: (record, take, signature) => {
      const former = { ...record, holder: take.self, role: take.role }
      return takeBack({ ...record, renewal: 0 }, { ...take, former }, signature)
    },
  },
  'an epoch that is used again': {
    claimForPromotion: (record, claim, signature) => {
      const next = claimForPromotion(record, claim, signature)
      return 'ok' in next ? { ok: { ...next.ok, epoch: record.epoch } } : next
    },
  },
}
