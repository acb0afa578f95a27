import { z } from 'zod'
import { FailoverError } from '../../errors.js'
import type { RequestType } from '../types.js'
import { EXCHANGES } from './messages.js'

/** Who answers, for the head of an `ack`. */
export interface Answerer {
  readonly host: string
  /** `mt…`. */
  readonly address: string
}

/** A value of ours in its wire form. Throws FRAME_INVALID: our own mistake, found before it is sent. */
export function encodeRequest(type: RequestType, body: unknown): unknown {
  return encode(EXCHANGES[type].request, body, type)
}

/** Throws FRAME_INVALID. */
export function decodeRequest(type: RequestType, body: unknown): unknown {
  return decode(EXCHANGES[type].request, body, type)
}

/** `answer` is what the handler gave; a heartbeat's is the own state. */
export function encodeAnswer(type: RequestType, request: unknown, answer: unknown, self: Answerer): unknown {
  const { answer: form, answerType } = EXCHANGES[type]
  if (type !== 'heartbeat') return encode(form, answerType === 'ok' ? {} : answer, answerType)
  const { sequence } = request as { readonly sequence: number }
  return encode(form, { node: self.host, address: self.address, sequence, state: answer }, answerType)
}

/**
 * What the caller of the request gets: the peer's state for a heartbeat, null for what is only taken in. Throws
 * FRAME_INVALID, also when an `ack` is not from `peer` or for another heartbeat.
 */
export function decodeAnswer(type: RequestType, request: unknown, body: unknown, peer: Answerer): unknown {
  const { answer: form, answerType } = EXCHANGES[type]
  const answer = decode(form, body, answerType)
  if (answerType === 'ok') return null
  return type === 'heartbeat' ? stateOf(answer as Ack, request as { readonly sequence: number }, peer) : answer
}

type Ack = z.output<(typeof EXCHANGES)['heartbeat']['answer']>

function stateOf(ack: Ack, request: { readonly sequence: number }, peer: Answerer): unknown {
  const isOurs = ack.sequence === request.sequence && ack.node === peer.host && ack.state.host === peer.host
  if (isOurs && ack.address === peer.address) return ack.state
  throw new FailoverError('FRAME_INVALID', `an ack of ${peer.host} that is not for this heartbeat`)
}

function encode(form: z.ZodType, value: unknown, type: string): unknown {
  const result = z.safeEncode(form, value)
  if (result.success) return result.data
  throw invalid(type, result.error)
}

function decode(form: z.ZodType, value: unknown, type: string): unknown {
  const result = form.safeParse(value)
  if (result.success) return result.data
  throw invalid(type, result.error)
}

function invalid(type: string, error: z.ZodError): FailoverError {
  const [issue] = error.issues
  const where = issue?.path.join('.') ?? ''
  return new FailoverError('FRAME_INVALID', `${type}: ${where} ${issue?.message ?? ''}`, { field: where })
}
