import { expect } from 'vitest'
import type { Claim, HostKeys, NodeIdentity, PostBody, SignedPost } from '../../src/index.js'
import { makeEpoch, nodeIdentityOf, signPost } from '../../src/index.js'

export const GROUP = 'montana-5'
export const HOSTS = ['amsterdam', 'moscow', 'almaty', 'spb', 'novosibirsk'] as const
export const code = (expected: string) => expect.objectContaining({ code: expected })
export const never = new AbortController().signal

const identities = new Map<string, NodeIdentity>(
  [...HOSTS, 'w1', 'stranger'].map((host, index) => [host, nodeIdentityOf(new Uint8Array(32).fill(index + 1))]),
)

export function identityOf(host: string): NodeIdentity {
  const identity = identities.get(host)
  if (!identity) throw new Error(`${host} has no identity here`)
  return identity
}

/** The five hosts, each with one key. */
export const keysOf: HostKeys = (host) => (HOSTS.some((known) => known === host) ? [identityOf(host).publicKey] : [])

export const claim: Claim = {
  state: 'acting',
  epoch: makeEpoch({ counter: 8, rank: 1, chainIndex: 1 }),
  mode: 'SURVIVOR',
  isEligible: true,
  reason: null,
  lagMs: 0,
  candidacy: 1,
  grantedTo: null,
}

export function bodyOf(host: string, sequence: number, over: Partial<PostBody> = {}): PostBody {
  const policies = { serve: claim }
  return { version: 1, group: GROUP, host, bootId: `${host}-boot-1`, sequence, policies, visible: [], ...over }
}

export function postOf(host: string, sequence: number, over: Partial<PostBody> = {}): SignedPost {
  return signPost(bodyOf(host, sequence, over), identityOf(host).privateKey)
}
