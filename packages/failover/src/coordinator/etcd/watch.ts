import { errorCode, isAbort, type Logger, sleep } from '@montana/foundation'
import type { EtcdCluster } from './cluster.js'
import { WATCH_RETRY_MS } from './constants.js'
import type { WatchMessage } from './member.js'

export interface WatchInit {
  readonly cluster: EtcdCluster
  readonly prefix: string
  /** Of the last read; the watch begins, and is resumed, after it. Null: not read yet. */
  readonly revision: () => bigint | null
  /** Something happened, or may have: read. */
  readonly onChange: () => void
  readonly logger: Logger
}

/** Says when to read before the next second is over. It is a hint: what counts is the read. Spec three-mirror 6.2. */
export class ChangeWatch {
  readonly #init: WatchInit
  #connection = new AbortController()

  constructor(init: WatchInit) {
    this.#init = init
  }

  /** One member after the other, until `signal` fires; never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { members } = this.#init.cluster
    for (let turn = 0; !signal.aborted; turn++) {
      const [member, revision] = [members[turn % members.length], this.#init.revision()]
      this.#connection = new AbortController()
      const inner = AbortSignal.any([signal, this.#connection.signal])
      if (member && revision !== null) await this.#follow(member.watch(this.#init.prefix, revision + 1n, inner))
      await sleep(WATCH_RETRY_MS, signal).catch(() => {})
    }
  }

  /** A read found what the watch did not tell: its connection is dead, or its member hangs. */
  restart(): void {
    this.#connection.abort()
  }

  async #follow(messages: AsyncIterable<WatchMessage>): Promise<void> {
    try {
      for await (const { kind } of messages) if (kind !== 'created') this.#init.onChange()
    } catch (error) {
      if (isAbort(error)) return
      this.#init.logger.debug({ code: errorCode(error) }, 'the watch of etcd ended')
    }
  }
}
