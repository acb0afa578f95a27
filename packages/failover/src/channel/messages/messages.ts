import type { z } from 'zod'
import type { RequestType } from '../types.js'
import * as form from './bodies.js'
import { ackForm, heartbeatForm } from './heartbeat.js'

interface Exchange<Request extends z.ZodType, Answer extends z.ZodType> {
  readonly request: Request
  /** Type of the answering frame. */
  readonly answerType: AnswerType
  readonly answer: Answer
}

export type AnswerType = 'ack' | 'probeResult' | 'ok' | 'poked' | 'breathChunk' | 'historyPage'

function exchange<R extends z.ZodType, A extends z.ZodType>(
  request: R,
  answerType: AnswerType,
  answer: A,
): Exchange<R, A> {
  return { request, answerType, answer }
}

/** Every request, its strict form, and what answers it. Spec three-mirror 11.4. */
export const EXCHANGES = {
  heartbeat: exchange(heartbeatForm, 'ack', ackForm),
  probe: exchange(form.probeForm, 'probeResult', form.probeResultForm),
  handover: exchange(form.handoverForm, 'ok', form.okForm),
  accept: exchange(form.acceptForm, 'ok', form.okForm),
  refuse: exchange(form.refuseForm, 'ok', form.okForm),
  grant: exchange(form.grantForm, 'ok', form.okForm),
  done: exchange(form.doneForm, 'ok', form.okForm),
  command: exchange(form.commandForm, 'ok', form.okForm),
  poke: exchange(form.pokeForm, 'poked', form.pokedForm),
  breathWant: exchange(form.breathWantForm, 'breathChunk', form.breathChunkForm),
  history: exchange(form.historyForm, 'historyPage', form.historyPageForm),
} satisfies Record<RequestType, Exchange<z.ZodType, z.ZodType>>

const ANSWER_TYPES: ReadonlySet<string> = new Set(Object.values(EXCHANGES).map(({ answerType }) => answerType))

export function isRequestType(type: string): type is RequestType {
  return Object.hasOwn(EXCHANGES, type)
}

export function isAnswerType(type: string): type is AnswerType {
  return ANSWER_TYPES.has(type)
}

/** What `request` of the channel takes for each type. */
export type RequestBody<T extends RequestType> = z.output<(typeof EXCHANGES)[T]['request']>
/** The state of the peer for a heartbeat, nothing for what is only taken in, else the body of the answer. */
export type AnswerBody<T extends RequestType> = T extends 'heartbeat'
  ? z.output<typeof heartbeatForm>
  : z.output<(typeof EXCHANGES)[T]['answer']>
