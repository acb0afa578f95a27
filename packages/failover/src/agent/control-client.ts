import { request } from 'node:http'
import { AbortError, errorCode, MontanaError, UsageError } from '@montana/foundation'
import { FailoverError } from '../errors.js'
import type { AgentCommand, CommandResult } from './command-types.js'
import type { FailoverStatus } from './status.js'

const TIMEOUT_MS = 5_000
/** Spec three-mirror 3.2. */
const NO_AGENT = 4
const ANSWER_MAX_BYTES = 16 * 2 ** 20

/** Asks the agent of this host. Throws FailoverError AGENT_UNREACHABLE where there is none. */
export class ControlClient {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async status(signal: AbortSignal): Promise<FailoverStatus> {
    return (await this.#ask('GET', '/status', undefined, signal)) as FailoverStatus
  }

  async history(limit: number, signal: AbortSignal): Promise<readonly unknown[]> {
    const { history } = (await this.#ask('GET', `/history?limit=${limit}`, undefined, signal)) as { history: unknown[] }
    return history
  }

  async command(command: AgentCommand, signal: AbortSignal): Promise<CommandResult> {
    return (await this.#ask('POST', '/command', command, signal)) as CommandResult
  }

  async #ask(method: string, path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const { status, text } = await exchange(this.#path, method, path, body, signal).catch((error: unknown) => {
      if (signal.aborted) throw new AbortError(signal.reason)
      throw new FailoverError('AGENT_UNREACHABLE', `no agent answers at ${this.#path}: ${errorCode(error)}`, {
        field: 'socket',
        exitCode: NO_AGENT,
        remedy: 'start it with montana failover run, or name its socket with --socket',
        cause: error,
      })
    })
    const answer: unknown = JSON.parse(text)
    if (status < 400) return answer
    const { error } = answer as { error?: { code?: string; message?: string; remedy?: string; field?: string } }
    const init = { ...(error?.remedy && { remedy: error.remedy }), ...(error?.field && { field: error.field }) }
    if (error?.code === 'USAGE') throw new UsageError(error.message ?? '', init)
    throw new MontanaError(error?.code ?? 'UNKNOWN', error?.message ?? `the agent answered ${status}`, init)
  }
}

interface Exchange {
  readonly status: number
  readonly text: string
}

function exchange(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal,
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' }
    const asked = request({ socketPath, method, path, headers, signal, timeout: TIMEOUT_MS }, (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > ANSWER_MAX_BYTES) asked.destroy(new Error('answer too large'))
        chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    asked.on('timeout', () => asked.destroy(Object.assign(new Error('timed out'), { code: 'TIMEOUT' })))
    asked.on('error', reject)
    asked.end(body === undefined ? undefined : JSON.stringify(body))
  })
}
