import { errorCode, TimeoutError } from '@montana/foundation'

/** Why a node gave no status. The text names no address and no path: what is recorded is published (spec operations 1). */
export class ProbeError extends Error {
  constructor(
    readonly code: string,
    readonly text: string,
  ) {
    super(text)
    this.name = 'ProbeError'
  }
}

export interface ProbeFault {
  readonly code: string
  readonly text: string
}

const TEXTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at the status address',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up now',
  ETIMEDOUT: 'the connection timed out',
  EMFILE: 'the watchdog has no file descriptors left',
}

/** An error of a probe as the record shows it. */
export function probeFault(error: unknown): ProbeFault {
  if (error instanceof ProbeError) return { code: error.code, text: error.text }
  if (error instanceof TimeoutError) return { code: 'TIMEOUT', text: `no answer within ${error.timeoutMs} ms` }
  const code = errorCode(error)
  if (code.startsWith('HPE_')) return { code: 'NOT_HTTP', text: 'the answer is not HTTP' }
  return { code, text: TEXTS[code] ?? 'the probe failed' }
}
