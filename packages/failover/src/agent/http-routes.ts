import type { FastifyInstance } from 'fastify'
import type { FailoverStatus } from './status.js'

export interface StatusSource {
  status(): FailoverStatus
  /** Prometheus text. */
  metrics(): Promise<string>
  /** False while the decision loop does not turn. */
  isTurning(): boolean
}

const SERVICE_UNAVAILABLE = 503

/** What load balancers, scrapers and people ask: spec three-mirror 3.3. Nothing here changes anything. */
export function addStatusRoutes(app: FastifyInstance, source: StatusSource): void {
  app.get('/status', async () => source.status())
  app.get('/metrics', async (_, reply) => reply.type('text/plain; version=0.0.4').send(await source.metrics()))
  for (const route of ['/live', '/health']) {
    app.get(route, async (_, reply) => {
      const isTurning = source.isTurning()
      return reply
        .code(isTurning ? 200 : SERVICE_UNAVAILABLE)
        .type('text/plain')
        .send(isTurning ? 'OK\n' : 'STALLED: the decision loop does not turn\n')
    })
  }
  app.get('/leader', async (request, reply) =>
    reply.code(codeFor(source, request.query, 'master')).send(roleOf(source, request.query)),
  )
  app.get('/standby', async (request, reply) =>
    reply.code(codeFor(source, request.query, 'standby')).send(roleOf(source, request.query)),
  )
}

function codeFor(source: StatusSource, query: unknown, role: 'master' | 'standby'): number {
  const policy = policyOf(source, query)
  if (policy === undefined) return 404
  const { state } = policy
  return (state === 'acting' ? 'master' : 'standby') === role ? 200 : SERVICE_UNAVAILABLE
}

function roleOf(source: StatusSource, query: unknown): unknown {
  const policy = policyOf(source, query)
  if (policy !== undefined) return { role: policy.role, state: policy.state, mode: policy.mode, leader: policy.leader }
  const names = Object.keys(source.status().policies)
  return {
    error: {
      code: 'USAGE',
      message: 'no such policy',
      field: 'policy',
      remedy: `ask with ?policy= one of ${names.join(', ')}`,
    },
  }
}

/** The policy asked for; the only one, where there is one. */
function policyOf(source: StatusSource, query: unknown) {
  const { policies } = source.status()
  const names = Object.keys(policies)
  const { policy = names.length === 1 ? names[0] : undefined } = query as { policy?: unknown }
  return typeof policy === 'string' && Object.hasOwn(policies, policy) ? policies[policy] : undefined
}
