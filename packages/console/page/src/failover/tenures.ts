import type { FailoverChangeView } from '../../../src/api/failover-views.js'

/** A time during which a host acted for a policy. */
export interface Tenure {
  readonly host: string
  readonly epochText: string
  readonly fromMs: number
  readonly toMs: number
  /** `cut`: nothing tells when it ended; the next one shows that it had. */
  readonly end: 'open' | 'told' | 'cut'
}

/** Of one policy, oldest first. `acting`: who acts now. Pure. */
export function tenuresOf(changes: readonly FailoverChangeView[], acting: readonly string[], nowMs: number): Tenure[] {
  const inOrder = [...changes].reverse()
  return inOrder.flatMap((begin, index): Tenure[] => {
    if (begin.to !== 'acting') return []
    const later = inOrder.slice(index + 1)
    const fromMs = Date.parse(begin.at)
    const head = { host: begin.host, epochText: begin.epochText ?? '', fromMs }
    const end = later.find((one) => one.host === begin.host && one.to !== 'stopping')
    const next = later.find((one) => one.host !== begin.host && one.to === 'acting')
    // A host that died tells nothing: it had stopped when another began.
    const isTold = end !== undefined && end.to === 'standby'
    if (isTold) return [{ ...head, toMs: Date.parse(end.at), end: 'told' }]
    const isLast = !later.some((one) => one.host === begin.host && one.to === 'acting')
    if (isLast && acting.includes(begin.host)) return [{ ...head, toMs: nowMs, end: 'open' }]
    if (next) return [{ ...head, toMs: Date.parse(next.at), end: 'cut' }]
    return [{ ...head, toMs: fromMs, end: 'cut' }]
  })
}
