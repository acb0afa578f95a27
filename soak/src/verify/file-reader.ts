import { createHash } from 'node:crypto'
import { lineBatches } from '../journal/lines.js'
import type { SoakRecord } from '../record/schema.js'
import { chainTip, finish, isTaken, step } from './chain.js'
import { beginChain, type ChainState, nextSeq, type Step } from './chain-state.js'
import { type CheckedLine, checkLine } from './check.js'
import { type Clocks, clockStep, clocksOf } from './clock.js'
import type { Place } from './defect.js'
import { checkEnd } from './end.js'
import { GENESIS, knownLink } from './link.js'
import type { FilePlan } from './plan.js'
import { QualityCounter } from './quality.js'

/** A line that holds a record, whether or not it has its place in the chain. */
export interface SoakLine {
  readonly record: SoakRecord
  readonly file: string
  /** First is 1. */
  readonly line: number
  /** Hash of the line without LF: what the next record's `prev` must be. */
  readonly bytesSha256: string
  /** A record of this sequence number came before; it must not be counted twice. */
  readonly isDuplicate: boolean
}

interface WholeFile {
  /** Complete ones. */
  readonly lines: number
  /** Behind the last LF. */
  readonly restBytes: number
  /** Where the plan has one to compare it with. */
  readonly sha256: string | undefined
}

/** Reads planned files one after the other, and carries the chain from each to the next. */
export class FileReader {
  readonly quality = new QualityCounter()
  #chain: ChainState = beginChain(GENESIS)
  #clocks: Clocks | undefined

  async *read(plan: FilePlan, signal: AbortSignal | undefined): AsyncGenerator<SoakLine> {
    if (plan.start) this.#restart(plan.start)
    this.quality.order.push(plan.name)
    if (plan.missing) {
      this.quality.notes.push(...plan.notes)
      return this.#passOver(plan)
    }
    if (plan.source !== undefined) this.quality.files.push(plan.name)
    const before = this.quality.defectCount
    const { lines, restBytes, sha256 } = yield* this.#lines(plan, signal)
    this.#notes(plan, lines)
    this.#end(plan, { file: plan.name, line: lines + 1 }, restBytes)
    const isExplained = this.quality.defectCount > before
    if (plan.sha256 !== undefined && !isExplained && sha256 !== plan.sha256) this.#wrongHash(plan)
  }

  finish(): void {
    this.quality.addDefects(finish(this.#chain))
  }

  async *#lines(plan: FilePlan, signal: AbortSignal | undefined): AsyncGenerator<SoakLine, WholeFile> {
    const hash = createHash('sha256')
    let lines = 0
    let restBytes = 0
    if (plan.source === undefined) return { lines, restBytes, sha256: undefined }
    for await (const batch of lineBatches(plan.source, signal)) {
      if (plan.sha256 !== undefined) hash.update(batch.chunk)
      restBytes = batch.restBytes
      for (const bytes of batch.lines) yield* this.#line(checkLine({ file: plan.name, line: ++lines }, bytes))
    }
    return { lines, restBytes, sha256: hash.digest('hex') }
  }

  *#line(line: CheckedLine): Generator<SoakLine> {
    if (line.record === undefined) this.quality.corrupt++
    else yield this.#record(line)
    this.#take(step(this.#chain, line))
  }

  #record({ at, record, sha256 }: Extract<CheckedLine, { record: object }>): SoakLine {
    const isDuplicate = isTaken(this.#chain, record.seq)
    this.quality.addRecord(record, sha256, isDuplicate)
    const clocks = clocksOf(record)
    this.quality.addWarning(clockStep(this.#clocks, clocks, at, record.seq))
    this.#clocks = clocks
    return { record, file: at.file, line: at.line ?? 0, bytesSha256: sha256, isDuplicate }
  }

  /** A crash can leave one line without a head, never two: a longer file has lost it, and with it the proof of its end. */
  #notes({ name, notes, isAtHome = false }: FilePlan, lines: number): void {
    const isLost = isAtHome && lines > 1 && notes.some(({ kind }) => kind === 'head_missing')
    this.quality.notes.push(...notes.filter(({ kind }) => !isLost || kind !== 'head_missing'))
    if (isLost)
      this.quality.addDefects([{ file: name, line: null, seq: chainTip(this.#chain).seq, kind: 'head_mismatch' }])
  }

  /** A rest without LF, and what was acknowledged of the file. */
  #end({ end }: FilePlan, after: Place, restBytes: number): void {
    const seq = nextSeq(this.#chain)
    if (restBytes > 0) this.quality.addDefects([{ ...after, seq, kind: 'torn' }])
    if (!end) return
    const checked = checkEnd(this.#chain, end, after)
    this.quality.notes.push(...checked.notes)
    this.#take(checked)
  }

  #restart(start: FilePlan['start'] & object): void {
    this.finish()
    this.#chain = beginChain(start)
  }

  /** The chain goes on behind a file that is not there. */
  #passOver({ end, missing }: FilePlan): void {
    this.finish()
    if (missing) this.quality.addDefects([missing])
    if (end?.seq !== undefined) this.#chain = beginChain(knownLink(end.seq, end.sha256))
  }

  #wrongHash({ name, end }: FilePlan): void {
    this.quality.addDefects([{ file: name, line: null, seq: end?.seq ?? null, kind: 'segment_hash' }])
  }

  #take({ state, defects }: Step): void {
    this.#chain = state
    this.quality.addDefects(defects)
  }
}
