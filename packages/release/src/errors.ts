import { ConfigError, MontanaError, type MontanaErrorInit } from '@montana/foundation'

/** What is wrong with a bundle, a key, an inventory or a host's files: nothing was changed. Exit 78. */
export type RefusalCode =
  | 'BUNDLE_INPUT'
  | 'BUNDLE_REFUSED'
  | 'RELEASE_KEY'
  | 'RELEASE_MISSING'
  | 'RELEASE_RECORD'
  | 'RELEASE_BUSY'
  | 'STORE_SCHEMA_NEWER'
  | 'PROTOCOL_RANGE'
  | 'DISK_SPACE'
  | 'RELEASE_OLDER'
  | 'UNIT_INVALID'
  | 'INVENTORY_INVALID'

export class RefusalError extends ConfigError {
  override readonly code: RefusalCode
  constructor(code: RefusalCode, message: string, init: Omit<MontanaErrorInit, 'exitCode'> = {}) {
    super(message, { ...init, code })
    this.name = 'RefusalError'
    this.code = code
  }
}

/** What went wrong while it was done, and was undone. Exit 1. */
export type ReleaseFaultCode =
  | 'UPGRADE_FAILED'
  | 'ROLLBACK_FAILED'
  | 'SERVICE_FAILED'
  | 'DEPLOY_FAILED'
  | 'BUILD_DIFFERS'

export class ReleaseError extends MontanaError {
  override readonly code: ReleaseFaultCode
  constructor(code: ReleaseFaultCode, message: string, init: Omit<MontanaErrorInit, 'exitCode'> = {}) {
    super(code, message, init)
    this.name = 'ReleaseError'
    this.code = code
  }
}
