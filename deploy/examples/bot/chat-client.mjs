/** A later leader has been at the sink: whoever hears this has to stop at once. */
export class StaleEpoch extends Error {
  constructor(highest) {
    super('the epoch is over')
    this.highest = highest
  }
}

const TIMEOUT_MS = 1_000

/** The chat service as the bot sees it. Every reply carries the epoch and a key that makes sending it twice harmless. */
export class ChatClient {
  #url
  #headers

  constructor({ url, epoch, host }) {
    this.#url = url
    this.#headers = { 'montana-epoch': epoch, 'montana-host': host, 'content-type': 'application/json' }
  }

  async updates(offset, signal) {
    const response = await this.#fetch(`/updates?offset=${offset}`, {}, signal)
    return (await response.json()).updates
  }

  async reply({ key, updateId, text }, signal) {
    const headers = { ...this.#headers, 'montana-idempotency-key': key }
    const body = JSON.stringify({ update_id: updateId, text })
    const response = await this.#fetch('/replies', { method: 'POST', headers, body }, signal)
    const answer = await response.json()
    if (response.status === 409) throw new StaleEpoch(answer.highest)
    if (!response.ok) throw new Error(`the chat service answered ${response.status}`)
  }

  async #fetch(path, init, signal) {
    const both = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
    return await fetch(new URL(path, this.#url), { ...init, signal: both })
  }
}
