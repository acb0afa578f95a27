import { isAbort, withTimeout } from '@montana/foundation'
import { getJson, locate, type NodeSource, ProbeError, probeFault, requireInstance } from '@montana/soak/formats'
import { PROBE_DEADLINE_MS } from '../constants.js'
import { type Sample, type Status, statusSchema } from './status.js'

/** Asks one node for its status within {@link PROBE_DEADLINE_MS}; every way of not answering is a result. Throws only AbortError. */
export async function sampleNode(source: NodeSource, signal: AbortSignal): Promise<Sample> {
  try {
    const status = await withTimeout(PROBE_DEADLINE_MS, signal, (inner) => ask(source, inner))
    return { source, status, error: null }
  } catch (error) {
    if (isAbort(error) && signal.aborted) throw error
    return { source, status: null, error: probeFault(error) }
  }
}

/** The page asks every second; a login each time would be a burden on the node, so that is left to the watchdog. */
async function ask(source: NodeSource, signal: AbortSignal): Promise<Status> {
  if ('ssh' in source) throw new ProbeError('ASKED_BY_WATCHDOG', 'this node is asked over ssh, by the watchdog only')
  const { url, instance } = await locate(source, signal)
  const parsed = statusSchema.safeParse(await getJson(new URL('/status.json', url), signal))
  if (!parsed.success) throw new ProbeError('STATUS_INVALID', 'the answer is not the status of a node')
  requireInstance(instance, parsed.data.proc.instance)
  return parsed.data
}
