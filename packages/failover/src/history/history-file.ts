import { readFileSync } from 'node:fs'
import { errorCode, type Logger } from '@montana/foundation'
import type { HistoryLog } from '../agent/ports.js'
import type { AnswerBody } from '../channel/messages/messages.js'
import type { Transition } from '../core/types.js'
import { LineLog } from './line-log.js'
import { fromLine, fromWire, type HistoryRecord, recordOf, toLine, toWire } from './record.js'

export interface HistoryInit {
  readonly path: string
  readonly host: string
  readonly bootId: string
  readonly now: () => Date
  readonly logger: Logger
}

/** Spec three-mirror 3.3. */
export const HISTORY_MAX_RECORDS = 10_000
/** Rewriting for every line beyond the limit would be a rewrite per line. */
const SLACK_RECORDS = 500

/** Who became what, when and why: append-only, bounded, of the whole group as far as it was heard of. */
export class HistoryFile implements HistoryLog {
  readonly #init: HistoryInit
  readonly #log: LineLog
  #records: HistoryRecord[]
  #sequence: number

  constructor(init: HistoryInit) {
    this.#init = init
    const { records, isDamaged } = read(init.path)
    this.#records = records.slice(-HISTORY_MAX_RECORDS)
    this.#sequence = this.heads()[init.host] ?? 0
    this.#log = new LineLog({
      path: init.path,
      isDamaged,
      all: () => this.#records.map(toLine).join(''),
      onError: (error) => init.logger.error({ code: errorCode(error) }, 'the history could not be written'),
    })
  }

  /** The sequence is never below the wall clock: a host that lost its file would else tell what others think they know. */
  append(transition: Transition): void {
    const { host, bootId, now } = this.#init
    const at = now()
    this.#sequence = Math.max(this.#sequence + 1, at.getTime())
    this.#add(recordOf(transition, { at: at.toISOString(), host, bootId, sequence: this.#sequence }))
  }

  /** What another host told, once. Of this host nobody knows more than this file. */
  learn(records: AnswerBody<'history'>['records']): void {
    const heads = this.heads()
    for (const record of records.map(fromWire)) {
      if (record.host === this.#init.host || record.sequence <= (heads[record.host] ?? 0)) continue
      heads[record.host] = record.sequence
      this.#add(record)
    }
  }

  latest(policy: string | null, count: number): readonly HistoryRecord[] {
    const matching = policy === null ? this.#records : this.#records.filter((record) => record.policy === policy)
    return [...matching].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).slice(-count)
  }

  /** Highest sequence that is known of each host. */
  heads(): Record<string, number> {
    const heads: Record<string, number> = {}
    for (const { host, sequence } of this.#records) heads[host] = Math.max(heads[host] ?? 0, sequence)
    return heads
  }

  /** Oldest first, what somebody with these `heads` lacks. */
  page(heads: Readonly<Record<string, number>>, limit: number): AnswerBody<'history'> {
    const missing = this.#records.filter(({ host, sequence }) => sequence > (heads[host] ?? 0))
    return { records: missing.slice(0, limit).map(toWire), hasMore: missing.length > limit }
  }

  /** Resolves when everything is on disk that can be. */
  async close(): Promise<void> {
    await this.#log.flush()
  }

  #add(record: HistoryRecord): void {
    this.#records.push(record)
    if (this.#records.length > HISTORY_MAX_RECORDS + SLACK_RECORDS) {
      this.#records = this.#records.slice(-HISTORY_MAX_RECORDS)
      this.#log.rewrite()
    }
    this.#log.append(toLine(record))
  }
}

/** A torn last line is left out: what it would have told stands in the histories of the others. */
function read(path: string): { readonly records: HistoryRecord[]; readonly isDamaged: boolean } {
  const text = readText(path)
  const lines = text.split('\n').filter((line) => line !== '')
  const records = lines.map(fromLine).filter((record) => record !== undefined)
  return { records, isDamaged: records.length < lines.length || !(text === '' || text.endsWith('\n')) }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  }
}
