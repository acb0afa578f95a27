import type { BreathPeers, BreathRequest } from '../../src/index.js'

type Handler = (from: string, type: BreathRequest, body: unknown) => Promise<unknown>

/** A channel between hosts of one process: what is sent is JSON, as it would be on a wire. */
export class Switchboard {
  readonly requests: { from: string; to: string; type: BreathRequest; bytes: number }[] = []
  /** Hosts whose line is cut. */
  readonly cut = new Set<string>()
  /** A hand on the wire. */
  tamper: (answer: unknown) => unknown = (answer) => answer
  readonly #handlers = new Map<string, Handler>()

  peersOf(host: string, hosts: readonly string[]): BreathPeers {
    return {
      names: () => hosts.filter((name) => name !== host),
      request: (to, type, body) => this.#send(host, to, type, body),
      onRequest: (handler) => void this.#handlers.set(host, handler),
    }
  }

  async #send(from: string, to: string, type: BreathRequest, body: unknown): Promise<unknown> {
    const handler = this.#handlers.get(to)
    if (!handler || this.cut.has(to) || this.cut.has(from)) throw new Error(`${to} is not reachable`)
    const answer = JSON.stringify(this.tamper(await handler(from, type, JSON.parse(JSON.stringify(body)))))
    this.requests.push({ from, to, type, bytes: answer.length })
    return JSON.parse(answer)
  }
}
