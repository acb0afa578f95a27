import { FleetError } from '../errors.js'
import type { RosterDocument, RosterEntry } from './form.js'
import { isInForce } from './validity.js'

/** Who this host is to a roster. */
export interface OwnKeys {
  readonly label: string
  /** Public keys in base64: the one in use, and the next one where it has been made. */
  readonly publicKeys: readonly string[]
}

/**
 * What a host demands of a roster before it takes it, besides the rules of its kind: its own key is in it, under its own
 * label, and no other key is to become its. Spec operations 12.2. Throws DOC_INVALID with the field at fault.
 */
export function requireOwn({ entries }: RosterDocument, own: OwnKeys, nowMs: number): void {
  const isOurs = ({ wg_pub }: RosterEntry) => own.publicKeys.includes(wg_pub)
  const elsewhere = entries.find((entry) => isOurs(entry) && entry.label !== own.label)
  if (elsewhere) throw invalid('label', `the key of this host stands under the label ${elsewhere.label}`)
  const named = entries.filter(({ label }) => label === own.label)
  const coming = named.filter(({ state, valid_to }) => state === 'active' && Date.parse(valid_to) > nowMs)
  if (coming.length === 0) throw missing(own.label, named)
  const foreign = coming.find((entry) => !isOurs(entry))
  if (foreign) throw invalid('wg_pub', `the roster gives ${own.label} a key that this host does not have`)
}

/** The entry of this host that is in force, if any. */
export function ownEntry({ entries }: RosterDocument, own: OwnKeys, nowMs: number): RosterEntry | undefined {
  return entries.find((entry) => entry.label === own.label && isInForce(entry, nowMs))
}

function missing(label: string, named: readonly RosterEntry[]): FleetError {
  const isRevoked = named.some(({ state }) => state === 'revoked')
  const why = isRevoked ? 'is revoked in the roster' : 'is not in the roster'
  return new FleetError('DOC_INVALID', `the key of this host, ${label}, ${why}`, {
    field: 'wg_pub',
    remedy: 'send the operators the public key that montana vpn keygen printed',
  })
}

function invalid(field: string, what: string): FleetError {
  const remedy = 'have the operators correct the roster, or make the key with montana vpn keygen --next first'
  return new FleetError('DOC_INVALID', what, { field, remedy })
}
