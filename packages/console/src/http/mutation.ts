import * as http from '@montana/http'
import type { FastifyInstance } from 'fastify'
import { BODY_MAX_BYTES } from '../constants.js'

/** POST with the token of the console: see {@link http.addMutation}. */
export function addMutation<T, P = http.None>(
  app: FastifyInstance,
  token: string | undefined,
  mutation: http.Mutation<T, P>,
): void {
  http.addMutation(app, { guard: http.createWriteGuard(token), bodyMaxBytes: BODY_MAX_BYTES }, mutation)
}
