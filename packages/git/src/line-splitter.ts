import { StringDecoder } from 'node:string_decoder'

/** Cuts a stream into lines at \n and at the \r that ends a piece of progress. Its caller bounds the stream. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8')
  readonly #onLine: (line: string) => void
  #rest = ''

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  add(chunk: Buffer): void {
    const parts = this.#decoder.write(chunk).split(/[\r\n]/)
    const last = parts.length - 1
    for (const [index, part] of parts.entries()) {
      this.#rest += part
      if (index < last) this.#flush()
    }
  }

  end(): void {
    this.#rest += this.#decoder.end()
    this.#flush()
  }

  #flush(): void {
    const line = this.#rest
    this.#rest = ''
    if (line !== '') this.#onLine(line)
  }
}
