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

/** Of one policy, oldest first. `leader`: who acts now. Pure. */
export function tenuresOf(changes: readonly FailoverChangeView[], leader: string | undefined, nowMs: number): Tenure[] {
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
    if (next) return [{ ...head, toMs: Date.parse(next.at), end: 'cut' }]
    if (begin.host === leader) return [{ ...head, toMs: nowMs, end: 'open' }]
    return [{ ...head, toMs: fromMs, end: 'cut' }]
  })
}
