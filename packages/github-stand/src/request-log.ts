/** One request, without anything that its sender might want to keep to itself. */
export interface LoggedRequest {
  readonly method: string
  /** As the API names it, without the base and the query: `/repos/o/r/actions/secrets`. */
  readonly path: string
  readonly query: string
  /** Milliseconds since the epoch, on the stand's clock. */
  readonly atMs: number
  /** Label of the token that was used; undefined without one or with one that is not known. */
  readonly tokenLabel: string | undefined
  /** Top-level keys of a JSON body. */
  readonly bodyKeys: readonly string[]
  /** Null while it runs, and for requests that were never answered. */
  readonly status: number | null
}

export type OpenEntry = { -readonly [Key in keyof LoggedRequest]: LoggedRequest[Key] }

/** In the order in which the requests arrived. */
export class RequestLog implements Iterable<LoggedRequest> {
  #entries: OpenEntry[] = []

  open(entry: OpenEntry): void {
    this.#entries.push(entry)
  }

  list(): readonly LoggedRequest[] {
    return this.#entries.map((entry) => ({ ...entry }))
  }

  /** `METHOD path` of each, which most tests want. */
  lines(): string[] {
    return this.#entries.map(({ method, path }) => `${method} ${path}`)
  }

  get length(): number {
    return this.#entries.length
  }

  clear(): void {
    this.#entries = []
  }

  [Symbol.iterator](): Iterator<LoggedRequest> {
    return this.list()[Symbol.iterator]()
  }
}
