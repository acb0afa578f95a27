import { isAbort, type TimeSource, withTimeout } from '@montana/foundation'
import { STATUS_ROUTE } from '../constants.js'
import { getJson } from './http.js'
import { type Located, locate, type NodeSource } from './locate.js'
import { ProbeError, type ProbeFault, probeFault } from './probe-error.js'
import { type StatusDocument, statusSchema } from './status-schema.js'

interface Probed {
  readonly label: string
  readonly host: string
  /** Time that the probe took, ms. */
  readonly probeMs: number
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
    const answer = await withTimeout(deadlineMs, signal, (inner) => ask(request, inner))
    return { ...common, reachable: true, probeMs: elapsed(), ...answer }
  } catch (error) {
    if (isAbort(error) && signal?.aborted) throw error
    return { ...common, reachable: false, probeMs: elapsed(), error: probeFault(error) }
  }
}

type Asked = Pick<Answer, 'sentAtMs' | 'receivedAtMs' | 'status'>

async function ask({ source, time, window }: ProbeRequest, signal: AbortSignal): Promise<Asked> {
  const located = await locate(source, signal)
  const url = new URL(STATUS_ROUTE, located.url)
  if (window !== undefined) url.searchParams.set('window', String(window))
  const sentAtMs = time.wallMs()
  const startedMs = time.monotonicMs()
  const document = await getJson(url, signal)
  // The round trip by the monotonic clock: a step of the wall clock in between must not become a clock offset.
  const receivedAtMs = sentAtMs + (time.monotonicMs() - startedMs)
  return { sentAtMs, receivedAtMs, status: checked(document, located) }
}

function checked(document: unknown, { instance }: Located): StatusDocument {
  const parsed = statusSchema.safeParse(document)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new ProbeError('STATUS_INVALID', `status field '${issue?.path.join('.')}' is wrong: ${issue?.code}`)
  }
  if (instance !== undefined && parsed.data.proc.instance !== instance) {
    throw new ProbeError('OTHER_INSTANCE', 'another process answers at the address that run.json names')
  }
  return parsed.data
}
