import { addQuery } from '@montana/http'
import type { FastifyInstance } from 'fastify'
import type { FailoverView } from '../api/failover-views.js'
import {
  failoverAcceptedSchema,
  failoverHistoryQuery,
  failoverHistorySchema,
  failoverViewSchema,
} from '../api/schema/failover.js'
import { ApiError } from '../errors.js'
import { addMutation } from '../http/mutation.js'
import type { Audit } from './audit.js'
import { pauseSchema, promoteSchema, resumeSchema, stepDownSchema } from './order-schema.js'
import type { Orders } from './orders.js'
import type { FailoverSampler } from './sampler.js'

export interface FailoverRoutes {
  readonly sampler: FailoverSampler
  readonly orders: Orders
  readonly audit: Audit
}

/** Of agents of failover groups; every route says how to have them where this console has none. */
export function addFailoverRoutes(
  app: FastifyInstance,
  token: string | undefined,
  failover: FailoverRoutes | undefined,
): void {
  const given = () => failover ?? notEnabled()
  addQuery(app, {
    url: '/api/failover',
    summary: 'every failover group as its agents see it just now, and the orders given here',
    answer: failoverViewSchema,
    run: async (): Promise<FailoverView> => {
      const { sampler, audit } = given()
      return { ...(await sampler.view()), orders: audit.latest() }
    },
  })
  addQuery(app, {
    url: '/api/failover/history',
    summary: 'changes of role of one group, newest first, and every time that two hosts acted at once',
    query: failoverHistoryQuery,
    answer: failoverHistorySchema,
    run: async ({ query }) => await given().sampler.history(query.group, query.limit),
  })
  addOrders(app, token, () => given().orders)
}

const answer = failoverAcceptedSchema

function addOrders(app: FastifyInstance, token: string | undefined, orders: () => Orders): void {
  addMutation(app, token, {
    url: '/api/failover/promote',
    summary: 'moves a policy to a host: a planned handover while a leader lives',
    answer,
    schema: promoteSchema,
    run: async (body) => await orders().give({ kind: 'promote', ...body }),
  })
  addMutation(app, token, {
    url: '/api/failover/step-down',
    summary: 'a host gives up every role, and takes none for a while',
    answer,
    schema: stepDownSchema,
    run: async (body) => await orders().give({ kind: 'step-down', ...body }),
  })
  addMutation(app, token, {
    url: '/api/failover/pause',
    summary: 'no host of the group takes or gives back a role',
    answer,
    schema: pauseSchema,
    run: async (body) => await orders().give({ kind: 'pause', ...body }),
  })
  addMutation(app, token, {
    url: '/api/failover/resume',
    summary: 'ends a pause before its time',
    answer,
    schema: resumeSchema,
    run: async (body) => await orders().give({ kind: 'resume', ...body }),
  })
}

function notEnabled(): never {
  const remedy = 'start the console with --failover-socket FILE'
  throw new ApiError(404, 'NOT_ENABLED', 'no agent of a failover group is configured', { remedy })
}
