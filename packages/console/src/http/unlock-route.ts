import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { addMutation } from './mutation.js'

const empty = z.strictObject({})

/** Changes nothing: a page asks with it whether the token that it was given is the right one, before it counts as unlocked. */
export function addUnlockRoute(app: FastifyInstance, token: string | undefined): void {
  addMutation(app, token, {
    url: '/api/unlock',
    summary: 'whether the token is the one of this console; changes nothing',
    schema: empty,
    answer: empty,
    run: async () => ({}),
  })
}
