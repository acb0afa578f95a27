import type { CoreSettings, PolicySettings } from '../../../src/core/api.js'
import type { Claim } from '../../../src/core/types.js'
import { type Epoch, makeEpoch, NO_EPOCH, RANK } from '../../../src/epoch.js'

export const POLICY = 'serve'
export const CHAIN = ['amsterdam', 'almaty', 'spb', 'novosibirsk', 'moscow'] as const
export const WITNESSES = ['w1', 'w2', 'w3'] as const

export interface Change extends Partial<Omit<CoreSettings, 'timing' | 'policies'>> {
  readonly timing?: Partial<CoreSettings['timing']>
  readonly policy?: Partial<PolicySettings>
}

/** Of spec three-mirror 5.2. */
export const SEED_TIMING = { intervalMs: 5_000, timeoutMs: 2_000, misses: 1, isBurst: true } as const

const FAST_TIMING: CoreSettings['timing'] = {
  intervalMs: 1_000,
  timeoutMs: 1_000,
  misses: 3,
  confirmMs: 1_000,
  isBurst: false,
  isolateAfterMs: 2_000,
  killBudgetMs: 500,
  startupDelayMs: 3_000,
  maxLagMs: 24_000,
}

/** The recommended group as host `self` sees it: five hosts, `fast`, three witnesses, quorum two. */
export function settingsOf(self: string, { timing, policy, ...change }: Change = {}): CoreSettings {
  return {
    group: 'group',
    self,
    bootId: 'boot-1',
    configDigest: '',
    hosts: CHAIN,
    policies: { [POLICY]: { ...policyOf(), ...policy } },
    timing: { ...FAST_TIMING, ...timing },
    witnesses: WITNESSES.map((name) => ({ name, isSlow: false, stalenessMs: 4_000, windowMs: 2_000 })),
    witnessQuorum: 2,
    coordinator: { kind: 'chain', witnessQuorumFor: 'minority', withoutWitnesses: 'stop' },
    hasAmnesia: false,
    ...change,
  }
}

function policyOf(): PolicySettings {
  return {
    name: POLICY,
    chain: CHAIN,
    failback: 'auto',
    holdDownMs: 30_000,
    promoteMs: 2_000,
    boundMs: 7_000,
    durableEpoch: NO_EPOCH,
  }
}

/** A standby that is well; `change` over it. */
export function claim(change: Partial<Claim> = {}): Claim {
  return {
    state: 'standby',
    epoch: null,
    mode: 'CHAIN',
    isEligible: true,
    reason: null,
    lagMs: 0,
    candidacy: 0,
    grantedTo: null,
    ...change,
  }
}

export function ineligible(reason: NonNullable<Claim['reason']>): Claim {
  return claim({ isEligible: false, reason })
}

export function acting(host: string, counter: number, rank: Rank = RANK.MAJORITY): Claim {
  return claim({ state: 'acting', epoch: epochOf(host, counter, rank) })
}

export type Rank = (typeof RANK)[keyof typeof RANK]

export function epochOf(host: string, counter: number, rank: Rank = RANK.MAJORITY): Epoch {
  return makeEpoch({ counter, rank, chainIndex: (CHAIN as readonly string[]).indexOf(host) })
}
