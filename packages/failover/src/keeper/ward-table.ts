/** Fields of a row. */
const UNTIL = 0
const GROUP = 1
const STARTED = 2
const KILLS = 3
const FIELDS = 4

/** In the field UNTIL: nothing runs. */
const NEVER = 0n

/** What a row says of a process group; 0 is none. */
export interface WardRow {
  readonly untilMs: number
  readonly group: number
  readonly started: string
}

/**
 * Deadlines that one thread moves and another watches, one row per service. Plain memory: no message has to be delivered
 * and nobody has to be awake for a deadline to be known. Milliseconds of CLOCK_MONOTONIC.
 */
export class WardTable {
  readonly memory: SharedArrayBuffer
  readonly #cells: BigInt64Array

  constructor(memory: SharedArrayBuffer) {
    this.memory = memory
    this.#cells = new BigInt64Array(memory)
  }

  static create(rows: number): WardTable {
    return new WardTable(new SharedArrayBuffer(rows * FIELDS * BigInt64Array.BYTES_PER_ELEMENT))
  }

  get rows(): number {
    return this.#cells.length / FIELDS
  }

  /** The end is taken away first, so that a new group is never judged by an old deadline. */
  set(row: number, { untilMs, group, started }: WardRow): void {
    if (this.#get(row, GROUP) !== BigInt(group)) {
      this.clear(row)
      this.#put(row, GROUP, BigInt(group))
      this.#put(row, STARTED, BigInt(started))
    }
    this.#put(row, UNTIL, BigInt(Math.floor(untilMs)))
  }

  clear(row: number): void {
    this.#put(row, UNTIL, NEVER)
  }

  /** Null: nothing runs. */
  get(row: number): WardRow | null {
    const until = this.#get(row, UNTIL)
    if (until === NEVER) return null
    return { untilMs: Number(until), group: Number(this.#get(row, GROUP)), started: String(this.#get(row, STARTED)) }
  }

  countKill(row: number): void {
    Atomics.add(this.#cells, row * FIELDS + KILLS, 1n)
  }

  /** How often it had to be ended since this was last asked. */
  takeKills(row: number): number {
    return Number(Atomics.exchange(this.#cells, row * FIELDS + KILLS, 0n))
  }

  #get(row: number, field: number): bigint {
    return Atomics.load(this.#cells, row * FIELDS + field)
  }

  #put(row: number, field: number, value: bigint): void {
    Atomics.store(this.#cells, row * FIELDS + field, value)
  }
}
