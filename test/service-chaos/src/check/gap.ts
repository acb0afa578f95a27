import type { ClientWrite } from '../client/lines.js'

/** Until when the service failed: from the sending of the first failed request to the first answer to one after the fault, ms. */
export interface Gap {
  readonly fromMs: number
  /** Undefined: nobody has answered yet. */
  readonly toMs: number | undefined
  readonly host: string | undefined
}

/** The gap that a fault at `faultMs` tore; undefined as long as no request has failed since. Pure. */
export function gapAfter(writes: readonly ClientWrite[], faultMs: number): Gap | undefined {
  const failed = writes.filter(({ isOk, endMs }) => !isOk && endMs >= faultMs)
  if (failed.length === 0) return undefined
  const fromMs = Math.min(...failed.map(({ sentMs }) => sentMs))
  const healed = writes.filter(({ isOk, sentMs }) => isOk && sentMs > fromMs && sentMs >= faultMs)
  const first = healed.reduce<ClientWrite | undefined>((a, b) => (a && a.endMs <= b.endMs ? a : b), undefined)
  return { fromMs, toMs: first?.endMs, host: first?.host ?? undefined }
}
