import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { FailoverView } from '../api/views.js'
import { ApiError } from '../errors.js'
import { addMutation, parsed } from '../http/mutation.js'
import type { Audit } from './audit.js'
import { HISTORY_DEFAULT, HISTORY_MAX } from './constants.js'
import { pauseSchema, promoteSchema, resumeSchema, stepDownSchema } from './order-schema.js'
import type { Orders } from './orders.js'
import type { FailoverSampler } from './sampler.js'

export interface FailoverRoutes {
  readonly sampler: FailoverSampler
  readonly orders: Orders
  readonly audit: Audit
}

const limit = z.coerce.number().int().min(1).max(HISTORY_MAX).default(HISTORY_DEFAULT)

/** Query of `/api/failover`. */
export const failoverQuery = z.strictObject({})
/** Query of `/api/failover/history`. */
export const failoverHistoryQuery = z.strictObject({ group: z.string().regex(/^[a-z0-9-]{1,32}$/), limit })

/** Of agents of failover groups; undefined where this console has none. */
export function addFailoverRoutes(
  app: FastifyInstance,
  token: string | undefined,
  failover: FailoverRoutes | undefined,
): void {
  const given = () => failover ?? notEnabled()
  app.get('/api/failover', async ({ query }): Promise<FailoverView> => {
    const { sampler, audit } = given()
    parsed(failoverQuery, query)
    return { ...(await sampler.view()), orders: audit.latest() }
  })
  app.get('/api/failover/history', async (request) => {
    const { sampler } = given()
    const query = parsed(failoverHistoryQuery, request.query)
    return await sampler.history(query.group, query.limit)
  })
  addOrders(app, token, () => given().orders)
}

function addOrders(app: FastifyInstance, token: string | undefined, orders: () => Orders): void {
  addMutation(app, token, {
    url: '/api/failover/promote',
    schema: promoteSchema,
    run: async (body) => await orders().give({ kind: 'promote', ...body }),
  })
  addMutation(app, token, {
    url: '/api/failover/step-down',
    schema: stepDownSchema,
    run: async (body) => await orders().give({ kind: 'step-down', ...body }),
  })
  addMutation(app, token, {
    url: '/api/failover/pause',
    schema: pauseSchema,
    run: async (body) => await orders().give({ kind: 'pause', ...body }),
  })
  addMutation(app, token, {
    url: '/api/failover/resume',
    schema: resumeSchema,
    run: async (body) => await orders().give({ kind: 'resume', ...body }),
  })
}

function notEnabled(): never {
  const remedy = 'start the console with --failover-socket FILE'
  throw new ApiError(404, 'NOT_ENABLED', 'no agent of a failover group is configured', { remedy })
}
