const TIMEOUT_MS = 1_000
const STALE = 409

export interface SinkInit {
  readonly url: string
  /** Decimal. */
  readonly epoch: string
  readonly host: string
}

/** `away`: it may have taken it or not; nobody was told that it did. */
export type Taken = 'taken' | 'stale' | 'away'

/** The chat service of the examples as a sink: it keeps the highest epoch in the transaction of each effect. */
export class Sink {
  readonly #url: string
  readonly #headers: Readonly<Record<string, string>>

  constructor({ url, epoch, host }: SinkInit) {
    this.#url = `${url}/replies`
    this.#headers = { 'montana-epoch': epoch, 'montana-host': host, 'content-type': 'application/json' }
  }

  async take(id: number): Promise<Taken> {
    const headers = { ...this.#headers, 'montana-idempotency-key': keyOf(id) }
    const body = JSON.stringify({ update_id: id, text: `write ${id}` })
    const init = { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) }
    try {
      const { status, body: answer } = await fetch(this.#url, init)
      await answer?.cancel()
      return status === 200 ? 'taken' : status === STALE ? 'stale' : 'away'
    } catch {
      return 'away'
    }
  }
}

export function keyOf(id: number): string {
  return `write-${id}`
}
