import { isAbort, type TimeSource, withTimeout } from '@montana/foundation'
import { getJson } from './http.js'
import { type LocalSource, locate, type NodeSource, requireInstance, statusUrl } from './locate.js'
import { ProbeError, type ProbeFault, probeFault } from './probe-error.js'
import { askOverSsh, toldFault } from './ssh/ask.js'
import type { SshTarget } from './ssh/target.js'
import { type StatusDocument, statusSchema } from './status-schema.js'
import type { UnitFacts } from './unit-schema.js'

interface Probed {
  readonly label: string
  readonly host: string
  /** Time that the probe took, ms. */
  readonly probeMs: number
  /** What the service manager of the node's host says; null where the probe cannot ask it. */
  readonly unit: UnitFacts | null
}

/** A node that answered. Times are the collector's wall clock, ms since the epoch. */
export interface Answer extends Probed {
  readonly reachable: true
  readonly sentAtMs: number
  readonly receivedAtMs: number
  readonly status: StatusDocument
}

export interface NoAnswer extends Probed {
  readonly reachable: false
  readonly error: ProbeFault
}

export type Probe = Answer | NoAnswer

export interface ProbeRequest {
  readonly source: NodeSource
  readonly deadlineMs: number
  readonly time: TimeSource
  readonly signal: AbortSignal | undefined
  /** Ask also for the hashes of this window. */
  readonly window?: number
}

/** Asks one node; every way of not answering is a result. Throws only AbortError. */
export async function probe(request: ProbeRequest): Promise<Probe> {
  const { source, deadlineMs, time, signal } = request
  const common = { label: source.label, host: source.host ?? source.label }
  const started = time.monotonicMs()
  const elapsed = () => time.monotonicMs() - started
  try {
    const asked = await withTimeout(deadlineMs, signal, (inner) => ask(request, inner))
    return { ...common, probeMs: elapsed(), ...asked }
  } catch (error) {
    if (isAbort(error) && signal?.aborted) throw error
    return { ...common, reachable: false, probeMs: elapsed(), unit: null, error: probeFault(error) }
  }
}

type Asked = Omit<Answer, keyof Common> | Omit<NoAnswer, keyof Common>
type Common = Pick<Probed, 'label' | 'host' | 'probeMs'>

async function ask({ source, time, window }: ProbeRequest, signal: AbortSignal): Promise<Asked> {
  if ('ssh' in source) return await askHost(source.ssh, { time, window }, signal)
  return await askNode(source, { time, window }, signal)
}

type Question = Pick<ProbeRequest, 'time'> & { readonly window: number | undefined }

async function askNode(source: LocalSource, { time, window }: Question, signal: AbortSignal): Promise<Asked> {
  const { url, instance } = await locate(source, signal)
  const sentAtMs = time.wallMs()
  const startedMs = time.monotonicMs()
  const document = await getJson(statusUrl(url, window), signal)
  // The round trip by the monotonic clock: a step of the wall clock in between must not become a clock offset.
  const receivedAtMs = sentAtMs + (time.monotonicMs() - startedMs)
  const status = checked(document)
  requireInstance(instance, status.proc.instance)
  return { reachable: true, unit: null, sentAtMs, receivedAtMs, status }
}

/** A host that answers for a node that does not still tells what became of its unit. */
async function askHost(target: SshTarget, { time, window }: Question, signal: AbortSignal): Promise<Asked> {
  const sentAtMs = time.wallMs()
  const { document, roundTripMs } = await askOverSsh(target, window, time, signal)
  const { unit, status } = document
  try {
    if (status === null) throw toldFault(document)
    return { reachable: true, unit, sentAtMs, receivedAtMs: sentAtMs + roundTripMs, status: checked(status) }
  } catch (error) {
    return { reachable: false, unit, error: probeFault(error) }
  }
}

function checked(document: unknown): StatusDocument {
  const parsed = statusSchema.safeParse(document)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new ProbeError('STATUS_INVALID', `status field '${issue?.path.join('.')}' is wrong: ${issue?.code}`)
}
