import { z } from 'zod'
import type { FailoverOrderView } from '../api/failover-views.js'
import { parseJson } from '../parse-json.js'

const TEXT_MAX = 1_024
const text = z.string().max(TEXT_MAX)
const head = { id: z.uuid(), at: z.iso.datetime() }
const kind = z.enum(['promote', 'step-down', 'pause', 'resume'])

const askedLine = z.object({
  event: z.literal('asked'),
  ...head,
  ...{ by: text, kind, group: text, policy: text.nullable(), host: text.nullable(), reason: text },
})
const endLine = z.object({ event: z.enum(['accepted', 'refused', 'failed']), ...head, text })
const lineSchema = z.discriminatedUnion('event', [askedLine, endLine])

export type AuditLine = z.infer<typeof lineSchema>

/** Undefined for what is no line of ours: one that was torn, or begins before what was read. */
export function parseLine(line: string): AuditLine | undefined {
  return lineSchema.safeParse(parseJson(line)).data
}

/** Orders with what became of them, oldest first. */
export function orderLines(lines: readonly AuditLine[]): FailoverOrderView[] {
  const orders = new Map<string, FailoverOrderView>()
  for (const line of lines) {
    if (line.event === 'asked') {
      const { event: _, ...order } = line
      orders.set(line.id, { ...order, outcome: 'unknown', text: null })
      continue
    }
    const order = orders.get(line.id)
    if (order) orders.set(line.id, { ...order, outcome: line.event, text: line.text })
  }
  return [...orders.values()]
}
