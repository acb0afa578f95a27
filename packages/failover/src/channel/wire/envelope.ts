import { z } from 'zod'
import { FailoverError } from '../../errors.js'
import { encodeFrame } from './frame-parser.js'

const MAX_TYPE_CHARACTERS = 32

const envelopeForm = z.strictObject({
  type: z.string().min(1).max(MAX_TYPE_CHARACTERS),
  /** Of the request; its answer repeats it. Requests of one direction of one connection have distinct ids. */
  id: z.int().min(0),
  body: z.unknown(),
})

/** A frame whose outer form is right; its body is judged by its type. */
export interface Envelope {
  readonly type: string
  readonly id: number
  readonly body: unknown
}

/** Frames that answer nothing carry this id. */
export const NO_ID = 0

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** One frame body → envelope. Throws FRAME_INVALID: bad UTF-8, bad JSON, or another form. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  const parsed = envelopeForm.safeParse(parse(bytes))
  if (parsed.success && 'body' in parsed.data) return { ...parsed.data, body: parsed.data.body }
  throw new FailoverError('FRAME_INVALID', 'a frame is not {type, id, body}')
}

/** Throws FRAME_TOO_LARGE. */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  return encodeFrame(Buffer.from(JSON.stringify(envelope), 'utf8'))
}

/** The reply to a type that this side does not know; the connection stays. */
export function unknownType(id: number): Envelope {
  return { type: 'error', id, body: { code: 'UNKNOWN_TYPE', message: 'this type is not known here' } }
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(bytes))
  } catch (cause) {
    throw new FailoverError('FRAME_INVALID', 'a frame is not JSON in UTF-8', { cause })
  }
}
