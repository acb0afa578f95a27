import { eventId, seenBy } from '../../../../packages/console/dist/events/event-id.js'
import { NODE_ROUTES } from '../../../../packages/console/dist/explorer/node/routes.js'
import { parseSeen } from '../../../../packages/console/dist/explorer/seen.js'
import { agentHistorySchema, agentStatusSchema } from '../../../../packages/console/dist/failover/agent-schema.js'
import { orderLines, parseLine } from '../../../../packages/console/dist/failover/audit-line.js'
import { epochText } from '../../../../packages/console/dist/failover/epoch-text.js'
import { promoteSchema, stepDownSchema } from '../../../../packages/console/dist/failover/order-schema.js'
import { statusSchema } from '../../../../packages/console/dist/mesh/status.js'
import { parsePoint } from '../../../../packages/console/dist/soak/point.js'
import * as sample from '../samples/mirror.js'
import { bytesTarget, textTarget } from './readers.js'
import type { Target } from './target.js'

/** What a console believes of nodes and agents: each may be hostile, and everything goes through a schema. */
export function consoleTargets(): readonly Target[] {
  return [
    form('mirror/console-status', [sample.STATUS], (value) => statusSchema.safeParse(value).data),
    form('mirror/console-agent', [sample.AGENT_STATUS, { history: [], incidents: [] }], agent),
    form('mirror/console-node-routes', sample.NODE_ANSWERS, (value) =>
      NODE_ROUTES.find(({ answer }) => answer.safeParse(value).success),
    ),
    form(
      'mirror/console-orders',
      [PROMOTE],
      (value) => promoteSchema.safeParse(value).data ?? stepDownSchema.safeParse(value).data,
    ),
    textTarget(
      { name: 'mirror/console-audit', samples: [sample.AUDIT.map((line) => JSON.stringify(line)).join('\n')] },
      (text) => {
        return orderLines(text.split('\n').flatMap((line) => parseLine(line) ?? []))
      },
      'lines',
    ),
    textTarget({ name: 'mirror/console-seen', samples: [{ peers: { Qm: { first: 1, last: 2 } } }] }, parseSeen, 'json'),
    textTarget({ name: 'mirror/console-point', samples: [{ ...POINT, nodes: [] }] }, parsePoint, 'json'),
    textTarget({ name: 'mirror/console-event-id', maxBytes: 128, samples: [eventId('0123abcd', 7)] }, (id) =>
      seenBy('0123abcd', 9, id),
    ),
  ]
}

const PROMOTE = { group: 'g', policy: 'serve', host: 'spb', confirm: 'spb', reason: 'r', isForced: true }
const POINT = {
  schema: 'montana.soak/1',
  run_id: 'r',
  seq: 1,
  slot: 1,
  ts: '2026-05-01T12:00:00.000Z',
  interval_ms: 5,
  head: { window: 3 },
}

function form(name: string, samples: readonly object[], read: (value: unknown) => unknown): Target {
  return bytesTarget({ name, samples: samples }, (bytes) => read(jsonOf(bytes)), 'json')
}

/** What is accepted can be shown: an epoch as its words. */
function agent(value: unknown): unknown {
  const status = agentStatusSchema.safeParse(value).data
  for (const { leader, chain } of Object.values(status?.policies ?? {})) if (leader) epochText(leader.epoch, chain)
  return status ?? agentHistorySchema.safeParse(value).data
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
