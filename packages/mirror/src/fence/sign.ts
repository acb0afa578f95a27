import { randomBytes } from 'node:crypto'
import { formatTime } from '@montana/foundation'
import type { Signature } from '../decide/fence-records.js'

/** Of a record that is about to be written: who, why, when by the clock of this host, and a value of its own. */
export function sign(actor: string, reason: string, wallMs: number): Signature {
  return { actor, reason, nonce: randomBytes(12).toString('hex'), renewedAt: formatTime(wallMs) }
}
