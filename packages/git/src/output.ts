import { BoundedOutput } from './bounded-output.js'
import { OUTPUT_BYTES_MAX } from './constants.js'
import type { Limited, Limits } from './limits.js'
import { LineSplitter } from './line-splitter.js'
import type { Redactor } from './redact/redactor.js'
import type { GitEnd, GitOptions, GitResult } from './types.js'

/** What a process writes, as it comes and in the end. */
export class Output {
  readonly #stdout: BoundedOutput
  readonly #stderr: BoundedOutput
  readonly #redact: Redactor
  readonly #lines: LineSplitter | undefined

  constructor(
    { stdout, stderr }: Limited,
    limits: Limits,
    { outputMaxBytes = OUTPUT_BYTES_MAX, onLine }: GitOptions,
    redact: Redactor,
  ) {
    const onTooLong = () => limits.end('too-long')
    this.#stdout = new BoundedOutput(stdout, outputMaxBytes, onTooLong)
    this.#stderr = new BoundedOutput(stderr, outputMaxBytes, onTooLong)
    this.#redact = redact
    this.#lines = onLine && new LineSplitter((line) => onLine(redact(line)))
    stderr.on('data', (chunk: Buffer) => this.#lines?.add(chunk))
  }

  finished(code: number | null): GitResult {
    this.#lines?.end()
    return { code, stdout: this.#stdout.bytes(), stderr: this.#redact(this.#text()) }
  }

  ended(reason: GitEnd): GitResult {
    return { ...ended(reason, this.#redact(wholeLines(this.#text()))), stdout: this.#stdout.bytes() }
  }

  #text(): string {
    return this.#stderr.bytes().toString('utf8')
  }
}

export function ended(reason: GitEnd, stderr: string): GitResult {
  return { code: null, stdout: Buffer.alloc(0), stderr, reason }
}

/** The last line of what was cut off may end within a secret, and would not be known as one. */
function wholeLines(text: string): string {
  return text.slice(0, Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1)
}
