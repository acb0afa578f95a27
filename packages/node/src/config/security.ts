import { ConfigError } from '@montana/foundation'
import type { SecurityOptions } from '@montana/network'
import { Fault } from './option.js'

type Offers = SecurityOptions['offers']

/** The only lists there are; no profile without post-quantum cryptography exists: spec transport 8.1. */
const OFFERS: Readonly<Record<string, Offers>> = { 'hybrid,pq': ['hybrid', 'pq'], hybrid: ['hybrid'], pq: ['pq'] }
const PEER_ID = /^Qm[1-9A-HJ-NP-Za-km-z]{44}$/

export function parseOffers(value: string): Offers | Fault {
  const offers = Object.hasOwn(OFFERS, value) ? OFFERS[value] : undefined
  return offers ?? new Fault('is not a list of profiles', `use one of ${Object.keys(OFFERS).join(' | ')}`)
}

/** `true`, `false`, or PeerIds with commas between them: spec transport 8.2. */
export function parseRequireHybrid(value: string): SecurityOptions['requireHybrid'] | Fault {
  if (value === 'true' || value === 'false') return value === 'true'
  const peerIds = value.split(',')
  if (peerIds.every((peerId) => PEER_ID.test(peerId))) return peerIds
  return new Fault('is neither true, false nor a list of PeerIds', 'write true, false or Qm…,Qm…')
}

/** A profile cannot be required and not be offered. Throws {@link ConfigError}. */
export function checkSecurity(offers: Offers, requireHybrid: SecurityOptions['requireHybrid']): void {
  if (offers.includes('hybrid') || requireHybrid === false) return
  const remedy = 'offer hybrid in transportSecurity, or set transportRequireHybrid to false'
  const message = 'transportRequireHybrid asks for the hybrid profile, transportSecurity does not offer it'
  throw new ConfigError(message, { field: 'transportRequireHybrid', remedy })
}
