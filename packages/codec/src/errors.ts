import { MontanaError } from '@montana/foundation'

export type CodecErrorCode =
  | 'Truncated'
  | 'TrailingBytes'
  | 'BadBoolByte'
  | 'IntegerTooLarge'
  | 'BadLength'
  | 'BadValue'

/** Bytes that are not an encoding of what they were read as. */
export class CodecError extends MontanaError {
  constructor(code: CodecErrorCode, metadata: Readonly<Record<string, unknown>> = {}) {
    super(code, `malformed encoding: ${code} ${JSON.stringify(metadata)}`, { metadata })
    this.name = 'CodecError'
  }
}
