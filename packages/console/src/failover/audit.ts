import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, stat } from 'node:fs/promises'
import { ConfigError, errorCode, formatTime, type TimeSource } from '@montana/foundation'
import type { FailoverOrderView } from '../api/failover-views.js'
import { ApiError } from '../errors.js'
import { type AuditLine, orderLines, parseLine } from './audit-line.js'
import { AUDIT_MAX_BYTES, ORDERS_SHOWN } from './constants.js'

export type AuditedOrder = Omit<FailoverOrderView, 'id' | 'at' | 'outcome' | 'text'>
export type Outcome = Exclude<FailoverOrderView['outcome'], 'unknown'>

const OWNER_ONLY = 0o600
const LF = 0x0a

/**
 * Every order twice: before it is given, and what became of it. An order that cannot be written down is not given. With a
 * path the lines survive; without one they are those of this console. Two files of {@link AUDIT_MAX_BYTES} at most.
 */
export class Audit {
  readonly #path: string | undefined
  readonly #time: TimeSource
  #orders: FailoverOrderView[] = []
  #tail: Promise<void> = Promise.resolve()

  private constructor(path: string | undefined, time: TimeSource) {
    this.#path = path
    this.#time = time
  }

  static async open(path: string | undefined, time: TimeSource): Promise<Audit> {
    const audit = new Audit(path, time)
    if (path !== undefined) audit.#orders = await readOrders(path)
    return audit
  }

  /** Newest first. */
  latest(): FailoverOrderView[] {
    return this.#orders.slice(-ORDERS_SHOWN).reverse()
  }

  /** Its id, once it is on disk. Throws ApiError 500 AUDIT_FAILED. */
  async asked(order: AuditedOrder): Promise<string> {
    const id = randomUUID()
    const at = formatTime(this.#time.wallMs())
    await this.#append({ event: 'asked', id, at, ...order })
    this.#orders = [...this.#orders.slice(-ORDERS_SHOWN), { ...order, id, at, outcome: 'unknown', text: null }]
    return id
  }

  /** What cannot be written down any more is shown all the same. */
  async ended(id: string, outcome: Outcome, text: string): Promise<void> {
    this.#orders = this.#orders.map((order) => (order.id === id ? { ...order, outcome, text } : order))
    await this.#append({ event: outcome, id, at: formatTime(this.#time.wallMs()), text }).catch(() => {})
  }

  async #append(line: AuditLine): Promise<void> {
    const path = this.#path
    if (path === undefined) return
    const write = this.#tail.then(async () => await appendLine(path, `${JSON.stringify(line)}\n`))
    this.#tail = write.catch(() => {})
    await write.catch((error: unknown) => {
      const message = `the order was not given, because it could not be written down (${errorCode(error)})`
      throw new ApiError(500, 'AUDIT_FAILED', message, { remedy: 'make room for the audit file of the console' })
    })
  }
}

async function appendLine(path: string, line: string): Promise<void> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  )
  if (size > AUDIT_MAX_BYTES) await rename(path, `${path}.1`)
  await using file = await open(path, 'a+', OWNER_ONLY)
  await file.writeFile((await endsTorn(file)) ? `\n${line}` : line)
  await file.datasync()
}

/** A line that a full disk or a crash has cut must not spoil the next one too. */
async function endsTorn(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return false
  const { buffer } = await file.read(Buffer.alloc(1), { position: size - 1 })
  return buffer[0] !== LF
}

async function readOrders(path: string): Promise<FailoverOrderView[]> {
  try {
    await using file = await open(path, 'r')
    const lines = (await readEnd(file)).split('\n').flatMap((line) => parseLine(line) ?? [])
    return orderLines(lines).slice(-ORDERS_SHOWN)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    const message = `the audit file ${path} cannot be read (${errorCode(error)})`
    throw new ConfigError(message, {
      field: 'audit',
      remedy: 'let the user of the console read and write it',
      cause: error,
    })
  }
}

/** Some hundred orders. */
const END_BYTES = 128 * 1024

async function readEnd(file: FileHandle): Promise<string> {
  const { size } = await file.stat()
  const start = Math.max(0, size - END_BYTES)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, END_BYTES)), { position: start })
  return buffer.toString('utf8', 0, bytesRead)
}
