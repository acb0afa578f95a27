import { NO_EPOCH, splitEpoch } from '../epoch.js'
import type { PolicySettings } from './api.js'
import type { Rival } from './obstacle.js'
import type { HostKnowledge, PolicyState } from './state.js'
import type { Claim } from './types.js'
import type { View } from './view.js'

/** The other hosts of the chain. With `isPresuming`, those that are about to be confirmed dead count as dead. */
export function rivalsOf(view: View, policy: PolicySettings, isPresuming = false): readonly Rival[] {
  const { self } = view.settings
  const own = policy.chain.indexOf(self)
  return policy.chain.flatMap((host, index) =>
    host === self ? [] : [rivalOf(view, policy, host, index < own, isPresuming)],
  )
}

function rivalOf(view: View, policy: PolicySettings, host: string, isAbove: boolean, isPresuming: boolean): Rival {
  const known = view.state.hosts[host]
  const life = view.lives[host]
  const claim = known?.claims[policy.name]
  const skippedUntilMs = view.state.policies[policy.name]?.rivals[host]?.skippedUntilMs ?? 0
  return {
    host,
    isAbove,
    isAlive: life !== undefined && (isPresuming ? !life.isPresumedDead : life.isAlive),
    isEligible: claim?.isEligible ?? false,
    isLastResort: claim?.reason === 'back-off' || claim?.reason === 'lag',
    mayAct: known !== undefined && mayAct(view, policy, host, known, claim),
    isCandidate: claim?.state === 'candidate',
    isSkipped: skippedUntilMs > view.nowMs,
  }
}

/** A living host that may act (D5), beside the one that hands over. */
export function otherActing(view: View, policy: PolicySettings, from: string): string | undefined {
  return rivalsOf(view, policy).find(({ host, isAlive, mayAct }) => isAlive && mayAct && host !== from)?.host
}

/** By its own words, or because an epoch of its is known that is newer than its last words: D5. */
function mayAct(view: View, policy: PolicySettings, host: string, known: HostKnowledge, claim?: Claim): boolean {
  if (claim && (isActing(claim) || isGrantingAway(claim, view.settings.self))) return true
  const highest = view.state.highest[policy.name] ?? NO_EPOCH
  const isOwner = highest > NO_EPOCH && policy.chain[splitEpoch(highest).chainIndex] === host
  return isOwner && (known.knew[policy.name] ?? NO_EPOCH) < highest
}

export function isActing({ state }: Claim): boolean {
  return state === 'acting' || state === 'stopping'
}

/** D5: a fresh grant counts as an acting host, for everybody but its target. */
function isGrantingAway({ grantedTo }: Claim, self: string): boolean {
  return grantedTo !== null && grantedTo !== self
}

/** The living host that acts with the highest epoch, as far as this host sees; its own tenure is not considered. */
export function leaderAmong(view: View, policy: PolicySettings): { host: string; claim: Claim } | null {
  const acting = policy.chain.flatMap((host) => {
    const claim = view.state.hosts[host]?.claims[policy.name]
    return claim && view.lives[host]?.isAlive && isActing(claim) ? [{ host, claim }] : []
  })
  return acting.reduce<(typeof acting)[number] | null>(
    (best, next) => (isHigher(next.claim, best?.claim) ? next : best),
    null,
  )
}

function isHigher(a: Claim, b: Claim | undefined): boolean {
  return b === undefined || (a.epoch ?? NO_EPOCH) > (b.epoch ?? NO_EPOCH)
}

/** A grant that this host gave and that has not expired keeps itself from acting too. 10.4. */
export function hasOpenGrant({ grant }: PolicyState, nowMs: number): boolean {
  return grant !== null && grant.untilMs > nowMs
}
