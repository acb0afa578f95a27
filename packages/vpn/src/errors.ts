import { MontanaError, type MontanaErrorInit } from '@montana/foundation'

export type VpnErrorCode =
  /** `wg` is not installed. */
  | 'WG_MISSING'
  /** There is no such interface. */
  | 'WG_INTERFACE'
  /** Not allowed to see or change the interface. */
  | 'WG_DENIED'
  /** `wg` failed, or said what cannot be read. */
  | 'WG_FAILED'
  /** The private key is missing, open to others or none. */
  | 'VPN_KEY'
  /** After applying the interface was not as wanted; the configuration before is back. */
  | 'VPN_NOT_APPLIED'
  /** As before, and the configuration before could not be put back. */
  | 'VPN_NOT_RESTORED'
  /** No roster has ever been accepted here. */
  | 'VPN_NO_ROSTER'
  /** The roster in force is past its end: peers are removed. */
  | 'VPN_EXPIRED'

export class VpnError extends MontanaError {
  declare readonly code: VpnErrorCode

  constructor(code: VpnErrorCode, message: string, init: MontanaErrorInit = {}) {
    super(code, message, init)
    this.name = 'VpnError'
  }
}
