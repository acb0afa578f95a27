import { MontanaError, type MontanaErrorInit } from '@montana/foundation'

/** Why an anchor is not believed, or a download did not end. Each says in its message what is missing. */
export type SyncErrorCode =
  /** What one peer sent does not belong together: the sender is wrong, whatever the network is. */
  | 'ANCHOR_MALFORMED'
  | 'ANCHOR_HEADER'
  | 'ANCHOR_STATE_ROOT'
  | 'ANCHOR_CONTEXT'
  | 'ANCHOR_CERTIFICATE'
  | 'ANCHOR_EVIDENCE'
  | 'ANCHOR_ENVELOPE'
  | 'ANCHOR_SIGNATURE'
  /** The anchor is in order, and not trusted: spec protocol 15.2. */
  | 'PIN_MISMATCH'
  | 'TRUST_EMPTY_COHORT'
  | 'TRUST_TABLE_NEWER'
  | 'TRUST_EVIDENCE_WEIGHT'
  | 'TRUST_CERTIFICATE_WEIGHT'
  | 'TRUST_PROPOSER_UNKNOWN'
  | 'TRUST_SIGNER_UNKNOWN'
  | 'TRUST_MAJORITY'
  /** The download. */
  | 'SNAPSHOT_UNAVAILABLE'
  | 'SNAPSHOT_INCOMPLETE'
  | 'SNAPSHOT_ROOT'

export class SyncError extends MontanaError {
  declare readonly code: SyncErrorCode

  constructor(code: SyncErrorCode, message: string, init: MontanaErrorInit = {}) {
    super(code, message, init)
    this.name = 'SyncError'
  }
}

const LIES: ReadonlySet<string> = new Set<SyncErrorCode>([
  'ANCHOR_MALFORMED',
  'ANCHOR_HEADER',
  'ANCHOR_STATE_ROOT',
  'ANCHOR_CONTEXT',
  'ANCHOR_CERTIFICATE',
  'ANCHOR_EVIDENCE',
  'ANCHOR_ENVELOPE',
  'ANCHOR_SIGNATURE',
])

/** True where no honest peer sends this; false where another anchor, or a pin, may help. */
export function isLie(error: unknown): boolean {
  return error instanceof SyncError && LIES.has(error.code)
}
