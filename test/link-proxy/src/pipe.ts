import type { Socket } from 'node:net'
import type { RandomSource, TimeSource } from '@montana/foundation'
import { type Conditions, heldBytes, pieceBytes } from './conditions.js'
import { Corruption } from './corruption.js'
import { Arrivals, type Line } from './line.js'

/** What passes in one direction: the opening of a connection, its bytes, its end. */
type Item = Data | Turn
interface Data {
  readonly kind: 'bytes'
  readonly dueMs: number
  readonly bytes: Buffer
}
interface Turn {
  readonly kind: 'open' | 'end' | 'reset'
  readonly dueMs: number
}

/** Beyond it a timer fires at once; `release` looks again. */
const MAX_TIMER_MS = 2 ** 31 - 1

export interface PipeInit {
  readonly from: Socket
  readonly to: Socket
  readonly line: Line
  /** Draws the jitter of each piece. */
  readonly jitter: RandomSource
  /** Draws which bytes are changed, and how. */
  readonly noise: RandomSource
  readonly time: TimeSource
  readonly conditions: () => Conditions
  readonly counts: PipeCounts
}

export interface PipeCounts {
  /** Bytes that arrived. */
  bytes: number
  /** Of these, changed on the way. */
  changed: number
}

/** One direction of one connection. The end of a connection passes like its bytes: late, in order, or not at all. */
export class Pipe {
  readonly #init: PipeInit
  readonly #arrivals: Arrivals
  readonly #corruption: Corruption
  readonly #items: Item[] = []
  readonly #open: (() => void) | undefined
  #heldBytes = 0
  #isEnded = false
  #isStranded = false
  #timer: NodeJS.Timeout | undefined

  /** `open`, when given, connects the far socket as soon as that news has passed the link. */
  constructor(init: PipeInit, open?: () => void) {
    this.#init = init
    this.#open = open
    this.#arrivals = new Arrivals(init.line, init.jitter)
    this.#corruption = new Corruption(init.noise)
    init.from.on('data', (chunk: Buffer) => this.#take(chunk))
    init.from.on('end', () => this.#ended())
    init.from.on('close', (hadError) => this.#closed(hadError))
    init.to.on('drain', () => this.release())
    if (open !== undefined) this.#push('open')
  }

  /** Lets pass what is due; call it when conditions change. */
  release(): void {
    clearTimeout(this.#timer)
    const nowMs = this.#init.time.monotonicMs()
    for (let next = this.#next(nowMs); next !== undefined; next = this.#next(nowMs)) this.#pass(next)
    const { from, conditions } = this.#init
    if (from.isPaused() && this.#heldBytes <= heldBytes(conditions())) from.resume()
    const next = this.#items[0]
    if (next === undefined || this.#isHeldUp()) return
    this.#timer = setTimeout(() => this.release(), Math.min(MAX_TIMER_MS, Math.ceil(next.dueMs - nowMs)))
  }

  /** Nothing passes any more, and no end hears of it. */
  strand(): void {
    this.#isStranded = true
  }

  /** Nothing passes any more. */
  close(): void {
    clearTimeout(this.#timer)
    this.#items.length = 0
  }

  /** Takes what passes now. */
  #next(nowMs: number): Item | undefined {
    const [next] = this.#items
    return next !== undefined && next.dueMs <= nowMs && !this.#isHeldUp() ? this.#items.shift() : undefined
  }

  #isHeldUp(): boolean {
    return this.#isStranded || this.#init.conditions().isStalled || this.#init.to.writableNeedDrain
  }

  #take(chunk: Buffer): void {
    const { conditions, counts, time } = this.#init
    counts.changed += this.#corruption.apply(chunk, conditions())
    const size = pieceBytes(conditions())
    for (let start = 0; start < chunk.length; start += size) {
      const bytes = chunk.subarray(start, start + size)
      this.#items.push({
        kind: 'bytes',
        bytes,
        dueMs: this.#arrivals.next(bytes.length, time.monotonicMs(), conditions()),
      })
    }
    this.#heldBytes += chunk.length
    if (this.#heldBytes > heldBytes(conditions())) this.#init.from.pause()
    this.release()
  }

  #ended(): void {
    this.#isEnded = true
    this.#push('end')
  }

  /** Whoever has said that it is done may close; everything else is a reset. */
  #closed(hadError: boolean): void {
    if (hadError || !this.#isEnded) this.#push('reset')
  }

  #push(kind: Turn['kind']): void {
    const { conditions, time } = this.#init
    this.#items.push({ kind, dueMs: this.#arrivals.next(0, time.monotonicMs(), conditions()) })
    this.release()
  }

  #pass(item: Item): void {
    const { to } = this.#init
    if (item.kind === 'bytes') this.#deliver(item.bytes)
    else if (item.kind === 'open') this.#open?.()
    else if (item.kind === 'end') to.end()
    else to.resetAndDestroy()
  }

  /** To an end that is gone nothing arrives, and nobody is told from here: its own end is on the way. */
  #deliver(bytes: Buffer): void {
    const { to, counts } = this.#init
    this.#heldBytes -= bytes.length
    counts.bytes += bytes.length
    if (to.writable) to.write(bytes)
  }
}
