import type { Agreement, Heartbeats, NodeView } from '../../../src/api/views.js'

/** How a value is to be taken; each has a colour and a sign of its own, and is never shown without words. */
export type Tone = 'good' | 'warn' | 'bad' | 'none'

const RATIO_GOOD = 0.95
const RATIO_WARN = 0.8

export function ratioTone({ ratio }: Heartbeats): Tone {
  if (ratio === null) return 'none'
  if (ratio >= RATIO_GOOD) return 'good'
  return ratio >= RATIO_WARN ? 'warn' : 'bad'
}

export function agreementTone(agrees: Agreement): Tone {
  return agrees === 'unknown' ? 'none' : agrees === 'yes' ? 'good' : 'bad'
}

const VERDICT_TONES: Readonly<Record<string, Tone>> = { PASS: 'good', FAIL: 'bad', INSUFFICIENT: 'warn', 'N-A': 'none' }

export function verdictTone(verdict: string | null): Tone {
  return (verdict !== null && VERDICT_TONES[verdict]) || 'none'
}

const SEVERITY_TONES: Readonly<Record<string, Tone>> = { critical: 'bad', warning: 'warn', info: 'none' }

export function severityTone(severity: string): Tone {
  return SEVERITY_TONES[severity] ?? 'none'
}

/** Of a node that the watchdog alone asks, over ssh, nothing is known here: neither well nor away. */
export function isAsked({ error }: Pick<NodeView, 'error'>): boolean {
  return error?.code !== 'ASKED_BY_WATCHDOG'
}

/** A node as a whole: away, in trouble, on its way, or a full member. */
export function nodeTone(node: NodeView): Tone {
  if (!isAsked(node)) return 'none'
  if (!node.reachable || node.degraded.length > 0) return 'bad'
  if (node.findings.length > 0 || node.synced === false || (node.lag ?? 0) > 1) return 'warn'
  return node.phase === 'Active' && node.isSilent ? 'warn' : 'good'
}
