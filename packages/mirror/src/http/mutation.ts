import * as http from '@montana/http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Answer, Answers } from './answers.js'
import { BODY_MAX_BYTES } from './constants.js'
import { idParams } from './schemas.js'

export interface Mutation<T> {
  /** Names a target where `:id` is in it. */
  readonly url: string
  /** One line for the list of routes. */
  readonly summary: string
  /** Of the body; strict. */
  readonly schema: z.ZodType<T>
  /** What `run` gives with status 200, and with 202. */
  readonly answer?: z.ZodType
  readonly accepted?: z.ZodType
  /** Another route answers GET under the same path. */
  readonly isAlsoRead?: boolean
  /** Goes on when the client has left. */
  readonly run: (body: T, id: string) => Promise<Answer>
}

export interface MutationModules {
  readonly answers: Answers
  readonly guard: http.WriteGuard
}

interface Named {
  readonly id?: string
}

const headers = z.looseObject({
  'Idempotency-Key': z.string().optional().describe('of a request that is done once, however often it is sent'),
})
const unnamed: z.ZodType<Named> = z.strictObject({})

/** As {@link http.addMutation}, and done once for each `Idempotency-Key`. */
export function addMutation<T>(app: FastifyInstance, { answers, guard }: MutationModules, mutation: Mutation<T>): void {
  const { run, ...described } = mutation
  const { url } = described
  const params: z.ZodType<Named> = url.includes('/:id') ? idParams : unnamed
  http.addMutation<T, Named>(
    app,
    { guard, bodyMaxBytes: BODY_MAX_BYTES },
    {
      ...{ ...described, params, headers },
      run: async (body, { params: { id = '' }, request, reply }) => {
        const asked = JSON.stringify([url, id, body])
        const answer = await answers.once(keyOf(request), asked, () => run(body, id))
        reply.code(answer.status)
        return answer.body
      },
    },
  )
}

function keyOf({ headers }: FastifyRequest): string | undefined {
  const key = headers['idempotency-key']
  return Array.isArray(key) ? key.join(',') : key
}
