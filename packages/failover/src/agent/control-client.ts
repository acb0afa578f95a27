import { AbortError, errorCode, MontanaError, UsageError } from '@montana/foundation'
import { FailoverError } from '../errors.js'
import type { Incident } from '../history/incidents.js'
import type { HistoryRecord } from '../history/record.js'
import type { AgentCommand, CommandResult } from './command-types.js'
import type { FailoverStatus } from './status.js'
import { askUnix } from './unix-http.js'

/** Spec three-mirror 3.2. */
const NO_AGENT = 4

/** The timeline of the group, newest last, and every time that two hosts acted at once. */
export interface GroupHistory {
  readonly history: readonly HistoryRecord[]
  readonly incidents: readonly Incident[]
}

export type BreathRequestType = 'poke' | 'breathWant'

/** Asks the agent of this host. Throws FailoverError AGENT_UNREACHABLE where there is none. */
export class ControlClient {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async status(signal: AbortSignal): Promise<FailoverStatus> {
    return (await this.#ask('GET', '/status', undefined, signal)) as FailoverStatus
  }

  async history(limit: number, signal: AbortSignal): Promise<GroupHistory> {
    return (await this.#ask('GET', `/history?limit=${limit}`, undefined, signal)) as GroupHistory
  }

  async command(command: AgentCommand, signal: AbortSignal): Promise<CommandResult> {
    return (await this.#ask('POST', '/command', command, signal)) as CommandResult
  }

  /** Hands a request of this host's breathing on to another host, and its answer back. */
  async peerRequest(host: string, type: BreathRequestType, body: unknown, signal: AbortSignal): Promise<unknown> {
    return await this.#ask('POST', '/peer-request', { host, type, body }, signal)
  }

  async #ask(method: 'GET' | 'POST', path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const question = { socketPath: this.#path, method, path, signal, ...(body !== undefined && { body }) }
    const { status, text } = await askUnix(question).catch((error: unknown) => {
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
