import type { ActingSpan, Rule, SinkLine, Trace } from './types.js'

/** A host that was frozen as a whole, or whose agent died, is silent by then: it may try once before it notices. */
const NOTICE_MS = 1_000
/** Two clocks of whole milliseconds, read one after the other. */
const CLOCK_MS = 2

/**
 * Whoever came to the sink, taken or refused, had said that it acts in that epoch, and not yet that it no longer does: else
 * the role logs are not the whole story. What was asked of it in its tenure may still be on its way afterwards.
 */
export const claim: Rule = (trace) => {
  const strays = new Map<string, SinkLine[]>()
  const spans = tenuresOf(trace.spans)
  for (const effect of trace.effects) {
    const act = actOf(effect)
    if (isSaid(effect, spans.get(act) ?? []) || isNoticing(effect, spans.get(act) ?? [], trace)) continue
    if (isOnItsWay(effect, spans.get(act) ?? [], trace)) continue
    strays.set(act, [...(strays.get(act) ?? []), effect])
  }
  return [...strays].map(([act, effects]) => ({
    rule: 'claim',
    message: messageOf(act, effects, spans.get(act) ?? []),
  }))
}

function tenuresOf(spans: readonly ActingSpan[]): ReadonlyMap<string, readonly ActingSpan[]> {
  const found = new Map<string, ActingSpan[]>()
  for (const span of spans.filter(({ policy }) => policy === 'serve'))
    found.set(actOf(span), [...(found.get(actOf(span)) ?? []), span])
  return found
}

function actOf({ host, epoch }: { readonly host: string; readonly epoch: string | null }): string {
  return `${host} in ${epoch}`
}

function isSaid({ at_ms }: SinkLine, spans: readonly ActingSpan[]): boolean {
  return spans.some(({ fromMs, toMs }) => at_ms >= fromMs - CLOCK_MS && at_ms <= toMs + CLOCK_MS)
}

/** In an epoch that it has held. */
function isNoticing({ host, at_ms }: SinkLine, spans: readonly ActingSpan[], { thaws, ends }: Trace): boolean {
  const isRecent = (atMs: number) => at_ms >= atMs - CLOCK_MS && at_ms <= atMs + NOTICE_MS
  return spans.length > 0 && [...thaws, ...ends].some((one) => one.host === host && isRecent(one.atMs))
}

/** The client had asked for it before the tenure was over; the network keeps what is lost and sends it again. */
function isOnItsWay({ key, at_ms }: SinkLine, spans: readonly ActingSpan[], { sent }: Trace): boolean {
  const sentMs = sent.get(key)
  return sentMs !== undefined && spans.some(({ fromMs, toMs }) => sentMs <= toMs && at_ms >= fromMs - CLOCK_MS)
}

function messageOf(act: string, effects: readonly SinkLine[], spans: readonly ActingSpan[]): string {
  const [first] = effects
  const endMs = Math.max(...spans.map(({ toMs }) => toMs).filter((ms) => ms <= (first?.at_ms ?? 0)))
  const when = Number.isFinite(endMs) ? `from ${Math.round((first?.at_ms ?? 0) - endMs)} ms after its tenure` : 'unsaid'
  return `${act} came to the sink ${when}: ${effects.length} times, first ${first?.key} (${first?.outcome})`
}
