import { errorCode, type Logger, sleep } from '@montana/foundation'
import { z } from 'zod'
import { byHost, commitField, countField, msField } from '../channel/messages/fields.js'
import { FailoverError } from '../errors.js'
import type { BreathPort, BreathState } from './ports.js'
import { askUnix } from './unix-http.js'

/** How old a head in a heartbeat may be. */
const LOOK_MS = 1_000
const LOOK_TIMEOUT_MS = 500

/** Of the forms that a heartbeat carries: what it cannot carry would silence this host. */
const stateForm = z.strictObject({ head: commitField.nullable(), lagMs: msField })

const TEXT_MAX_CHARS = 500
const text = z.string().max(TEXT_MAX_CHARS)
const time = z.iso.datetime()
/** What a later release adds is passed over. */
const cycleForm = z.object({
  lastInhaleAt: time.nullable(),
  lastExhaleAt: time.nullable(),
  lastError: z.object({ code: text, message: text, at: time }).nullable(),
  failedCycles: countField,
  unpushedAgeMs: msField,
  conflicts: countField,
  lagByHostMs: byHost(msField),
})

/** The breathing in a process of its own, behind a unix socket; while nobody listens there, this host does not breathe. */
export class BreathLink implements BreathPort {
  readonly #socketPath: string
  readonly #logger: Logger
  readonly #end = new AbortController()
  readonly #heads = new Map<string, string>()
  #state: BreathState | null = null

  constructor(socketPath: string, logger: Logger) {
    this.#socketPath = socketPath
    this.#logger = logger
    void this.#look().catch(() => {})
  }

  state(): BreathState | null {
    return this.#state
  }

  async request(from: string, type: 'poke' | 'breathWant', body: unknown, signal: AbortSignal): Promise<unknown> {
    const question = {
      socketPath: this.#socketPath,
      method: 'POST',
      path: '/request',
      body: { from, type, body },
      signal,
    } as const
    const { status, text } = await askUnix(question).catch((error: unknown) => {
      throw new FailoverError('CHANNEL_REFUSED', `no breathing answers here: ${errorCode(error)}`, { cause: error })
    })
    if (status === 200) return JSON.parse(text)
    throw new FailoverError('CHANNEL_REFUSED', `the breathing here answered ${status}`)
  }

  noteHead(host: string, head: string): void {
    if (this.#heads.get(host) === head) return
    this.#heads.set(host, head)
    if (this.#state === null) return
    const signal = AbortSignal.any([this.#end.signal, AbortSignal.timeout(LOOK_TIMEOUT_MS)])
    const question = {
      socketPath: this.#socketPath,
      method: 'POST',
      path: '/note-head',
      body: { host, head },
      signal,
    } as const
    // Lost again: the head comes with every heartbeat, and anti-entropy comes after that.
    void askUnix(question).catch(() => this.#heads.delete(host))
  }

  close(): void {
    this.#end.abort()
  }

  async #look(): Promise<void> {
    for (;;) {
      const before = this.#state
      this.#state = await this.#read().catch(() => null)
      if ((before === null) !== (this.#state === null)) {
        this.#logger.info({ socket: this.#socketPath }, this.#state ? 'breathing attached' : 'breathing gone')
      }
      await sleep(LOOK_MS, this.#end.signal)
    }
  }

  async #read(): Promise<BreathState> {
    const signal = AbortSignal.any([this.#end.signal, AbortSignal.timeout(LOOK_TIMEOUT_MS)])
    const ask = async (path: string) => await askUnix({ socketPath: this.#socketPath, method: 'GET', path, signal })
    const [state, cycle] = await Promise.all([ask('/state'), ask('/cycle')])
    // An older breathing knows no /cycle, and goes on without.
    const told = cycle.status === 200 ? cycleForm.safeParse(JSON.parse(cycle.text)) : undefined
    return { ...stateForm.parse(JSON.parse(state.text)), cycle: told?.data ?? null }
  }
}
