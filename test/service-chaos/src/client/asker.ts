import { request } from 'node:http'

/** A request that nobody has answered by then has failed. */
const DEADLINE_MS = 1_000
/** So long the host that served last is asked alone. */
const ALONE_MS = 250
const OK = 200

/** Finds whoever serves: first the one that did last, then all the others at once. */
export class Asker {
  /** URL by host. */
  readonly #urls: ReadonlyMap<string, string>
  #last: string | undefined

  constructor(urls: ReadonlyMap<string, string>) {
    this.#urls = urls
  }

  /** The host that answered 200; undefined where none did in time. */
  async ask(path: string): Promise<string | undefined> {
    const controller = new AbortController()
    const timer = setTimeout(() => controller.abort(), DEADLINE_MS)
    const first = this.#last
    const found = await this.#firstOf(first, path, controller.signal).catch(() => undefined)
    clearTimeout(timer)
    controller.abort()
    if (found !== undefined) this.#last = found
    return found
  }

  async #firstOf(first: string | undefined, path: string, signal: AbortSignal): Promise<string> {
    const others = [...this.#urls.keys()].filter((host) => host !== first)
    const post = (host: string) => this.#post(host, path, signal)
    if (first === undefined) return await Promise.any(others.map(post))
    const asked = post(first)
    const late = waitFor(ALONE_MS, signal)
    const rest = Promise.race([
      asked.then(
        () => late,
        () => {},
      ),
      late,
    ]).then(() => Promise.any(others.map(post)))
    rest.catch(() => {})
    return await Promise.any([asked, rest])
  }

  #post(host: string, path: string, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const url = `${this.#urls.get(host)}${path}`
      const asking = request(url, { method: 'POST', agent: false, signal }, (response) => {
        response.resume()
        if (response.statusCode === OK) resolve(host)
        else reject(new Error(`${host} answered ${response.statusCode}`))
      })
      asking.once('error', reject)
      asking.end()
    })
  }
}

function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
  })
}
