import { closeSync, openSync, write } from 'node:fs'
import { promisify } from 'node:util'
import { ConfigError, errorCode, errorMessage } from '@montana/foundation'

/** Lines waiting for the disk, bytes; a flood, or a disk that hangs, loses lines beyond and never holds up the node. */
const QUEUE_MAX_BYTES = 2 ** 20
const NO_SPACE: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])
const LF = 0x0a

export type LogFault = 'LOG_ENOSPC' | 'LOG_IO'

/** Writes `bytes` at the end; resolves to the number written, which may be fewer. */
type Append = (fd: number, bytes: Uint8Array) => Promise<number>

const appendToFile: Append = async (fd, bytes) => (await promisify(write)(fd, bytes)).bytesWritten

export interface LogFileEvents {
  /** Lines were lost, to a fault or a flood, and now something could be written again. */
  onRecovered(lostLines: number): void
}

/**
 * The log as a file that is opened anew on request, as log rotation wants it. Writing never waits and never throws:
 * what cannot be written is dropped and counted, and `fault` says so until a write succeeds.
 */
export class LogFile {
  readonly #path: string
  readonly #events: LogFileEvents
  readonly #append: Append
  #fd: number
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #writing: Promise<void> | undefined
  #reopen = false
  #fault: LogFault | undefined
  #lostLines = 0
  #lostUntold = 0
  /** The file ends within a line. */
  #isTorn = false

  /** Throws {@link ConfigError} when the file cannot be opened. */
  constructor(path: string, events: LogFileEvents, append: Append = appendToFile) {
    this.#path = path
    this.#events = events
    this.#append = append
    this.#fd = openLog(path)
  }

  /** Why the last write failed; undefined once one has succeeded. */
  get fault(): LogFault | undefined {
    return this.#fault
  }

  /** Since the start. */
  get lostLines(): number {
    return this.#lostLines
  }

  /** Takes one line with its LF. */
  write(line: string): void {
    const bytes = Buffer.from(line)
    if (this.#waitingBytes + bytes.length > QUEUE_MAX_BYTES) return this.#lose(1)
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    this.#writing ??= this.#drain()
  }

  /** From the next write on, whatever file has the name now. Where that cannot be opened, the old one stays in use. */
  reopen(): void {
    this.#reopen = true
  }

  /** Resolves when everything taken has been written or lost. */
  async close(): Promise<void> {
    await this.#writing
    closeSync(this.#fd)
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#openAgain()
      const lines = this.#waiting
      this.#waiting = []
      this.#waitingBytes = 0
      await this.#writeLines(lines)
    }
    this.#writing = undefined
  }

  async #writeLines(lines: readonly Buffer[]): Promise<void> {
    const bytes = Buffer.concat(this.#isTorn ? [Buffer.of(LF), ...lines] : lines)
    let done = 0
    try {
      while (done < bytes.length) done += await this.#append(this.#fd, bytes.subarray(done))
      this.#isTorn = false
      this.#recover()
    } catch (error) {
      if (done > 0) this.#isTorn = bytes[done - 1] !== LF
      this.#fault = NO_SPACE.has(errorCode(error)) ? 'LOG_ENOSPC' : 'LOG_IO'
      this.#lose(countLines(bytes.subarray(done)))
    }
  }

  #recover(): void {
    const lost = this.#lostUntold
    if (this.#fault === undefined && lost === 0) return
    this.#fault = undefined
    this.#lostUntold = 0
    this.#events.onRecovered(lost)
  }

  #lose(lines: number): void {
    this.#lostLines += lines
    this.#lostUntold += lines
  }

  #openAgain(): void {
    if (!this.#reopen) return
    this.#reopen = false
    try {
      const fd = openLog(this.#path)
      closeSync(this.#fd)
      this.#fd = fd
      this.#isTorn = false
    } catch {
      this.#fault = 'LOG_IO'
    }
  }
}

function countLines(bytes: Uint8Array): number {
  return bytes.reduce((lines, byte) => lines + (byte === LF ? 1 : 0), 0)
}

function openLog(path: string): number {
  try {
    return openSync(path, 'a', 0o640)
  } catch (cause) {
    const message = `logFile ${path} cannot be opened: ${errorMessage(cause)}`
    const remedy = 'name a file in a directory that you may write with --log-file'
    throw new ConfigError(message, { code: errorCode(cause), field: 'logFile', remedy, cause })
  }
}
