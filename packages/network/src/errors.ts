import { MontanaError } from '@montana/foundation'

/** The codes of spec transport 18 above the secure channel. */
export type NetworkErrorCode =
  | 'ENV_HEADER'
  | 'ENV_TYPE'
  | 'ENV_VERSION'
  | 'ENV_LENGTH'
  | 'LIMIT_RATE'
  | 'LIMIT_BYTES'
  | 'LIMIT_IN_FLIGHT'
  | 'REQUEST_TIMEOUT'
  | 'STREAM_RESET'
  | 'PONG_MISMATCH'
  | 'EXT_PROTOCOL'
  | 'EXT_UNSUPPORTED'
  | 'WRONG_NETWORK'
  | 'NOT_CONNECTED'

export class NetworkError extends MontanaError {
  declare readonly code: NetworkErrorCode

  constructor(code: NetworkErrorCode, text: string, metadata: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(code, text, { metadata, cause })
    this.name = 'NetworkError'
  }
}

/** Codes of an Error answer (0x9F): spec transport 14.1. */
export const EXT_ERROR = {
  notFound: 1,
  tooLarge: 2,
  busy: 3,
  rateLimited: 4,
  denied: 5,
  unsupportedType: 6,
  badRequest: 7,
  internal: 8,
} as const

export type ExtErrorCode = (typeof EXT_ERROR)[keyof typeof EXT_ERROR]

/** An Error answer of the extension protocol: thrown by a handler to send one, and by a request that received one. */
export class ExtError extends MontanaError {
  readonly extCode: number
  readonly retryAfterMs: number
  readonly text: string

  constructor(extCode: number, text = '', retryAfterMs = 0) {
    super('EXT_REMOTE', `extension error ${extCode}${text === '' ? '' : `: ${text}`}`, {
      metadata: { code: extCode, retryAfterMs },
    })
    this.name = 'ExtError'
    this.extCode = extCode
    this.retryAfterMs = retryAfterMs
    this.text = text
  }
}
