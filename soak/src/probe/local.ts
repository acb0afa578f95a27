import { isAbort, withTimeout } from '@montana/foundation'
import { getJson } from './http.js'
import { type LocalSource, locate, requireInstance, statusUrl } from './locate.js'
import { probeFault } from './probe-error.js'
import { readUnit } from './unit.js'
import type { ProbeDocument } from './unit-schema.js'

/** Half of what the collector waits for: when the node hangs, what is known of its unit still arrives. */
const STATUS_DEADLINE_MS = 5_000

export interface LocalProbe {
  readonly source: LocalSource
  /** Name of the node's unit. */
  readonly unit: string
  /** Ask also for the hashes of this window. */
  readonly window?: number | undefined
  readonly signal: AbortSignal
}

/** Node side of the ssh transport: the node's own status and its unit, whatever can be had. Throws only AbortError. */
export async function probeLocal({ source, unit, window, signal }: LocalProbe): Promise<ProbeDocument> {
  const [answer, facts] = await Promise.all([
    withTimeout(STATUS_DEADLINE_MS, signal, (inner) => statusOf(source, window, inner)).then(
      (status) => ({ status, error: null }),
      (error: unknown) => unanswered(error, signal),
    ),
    readUnit(unit, signal),
  ])
  return { schema: 'montana.probe/1', ...answer, unit: facts }
}

/** The document as the node sends it; who asked is the one to check it. */
async function statusOf(source: LocalSource, window: number | undefined, signal: AbortSignal): Promise<unknown> {
  const { url, instance } = await locate(source, signal)
  const document = await getJson(statusUrl(url, window), signal)
  requireInstance(instance, (document as { proc?: { instance?: unknown } } | null)?.proc?.instance)
  return document
}

function unanswered(error: unknown, signal: AbortSignal) {
  if (isAbort(error) && signal.aborted) throw error
  return { status: null, error: probeFault(error) }
}
