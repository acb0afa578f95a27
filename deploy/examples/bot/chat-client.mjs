/** A later leader has been at the sink: whoever hears this has to stop at once. */
export class StaleEpoch extends Error {
  constructor(highest) {
    super('the epoch is over')
    this.highest = highest
  }
}

/** No answer, or one that helps nobody. */
export class ChatAway extends Error {}

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
    const { status, answer } = await this.#ask(`/updates?offset=${offset}`, {}, signal)
    if (status !== 200) throw new ChatAway(`the chat service answered ${status}`)
    return answer.updates
  }

  async reply({ key, updateId, text }, signal) {
    const headers = { ...this.#headers, 'montana-idempotency-key': key }
    const body = JSON.stringify({ update_id: updateId, text })
    const { status, answer } = await this.#ask('/replies', { method: 'POST', headers, body }, signal)
    if (status === 409) throw new StaleEpoch(answer.highest)
    if (status !== 200) throw new ChatAway(`the chat service answered ${status}`)
  }

  /** Not fenced: it may come from a leader that is none any more. The key lets whoever counts tell repetitions. */
  async notice({ updateId }, signal) {
    const body = JSON.stringify({ key: `notice-${updateId}` })
    await this.#ask('/unfenced', { method: 'POST', headers: this.#headers, body }, signal)
  }

  async #ask(path, init, signal) {
    const both = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
    try {
      const response = await fetch(new URL(path, this.#url), { ...init, signal: both })
      return { status: response.status, answer: await response.json() }
    } catch (error) {
      throw new ChatAway('the chat service does not answer', { cause: error })
    }
  }
}
