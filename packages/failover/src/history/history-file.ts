import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { errorCode } from '@montana/foundation'
import type { HistoryLog } from '../agent/ports.js'
import type { AnswerBody } from '../channel/messages/messages.js'
import type { Transition } from '../core/types.js'

/** A line of the file; snake_case as everywhere on disk. */
interface Line {
  readonly at: string
  readonly host: string
  readonly boot_id: string
  readonly sequence: number
  readonly transition: Omit<Transition, 'epoch'> & { readonly epoch: string | null }
}

export interface HistoryRecord extends Omit<Transition, 'epoch'> {
  readonly at: string
  readonly host: string
  readonly bootId: string
  readonly sequence: number
  readonly epoch: string | null
}

export interface HistoryInit {
  readonly path: string
  readonly host: string
  readonly bootId: string
  readonly now: () => Date
}

/** Spec three-mirror 3.3. */
export const HISTORY_MAX_RECORDS = 10_000
/** Rewriting for every line beyond the limit would be a rewrite per line. */
const SLACK_RECORDS = 500

/** Who became what, when and why: append-only, bounded, of the whole group as far as it was heard of. */
export class HistoryFile implements HistoryLog {
  readonly #init: HistoryInit
  #records: HistoryRecord[]
  #sequence: number

  constructor(init: HistoryInit) {
    this.#init = init
    const lines = readLines(init.path)
    this.#records = lines.map(toRecord).slice(-HISTORY_MAX_RECORDS)
    this.#sequence = this.heads()[init.host] ?? 0
    if (!endsCleanly(init.path)) appendFileSync(init.path, '\n')
  }

  append(transition: Transition): void {
    const { host, bootId, now } = this.#init
    const epoch = transition.epoch === null ? null : String(transition.epoch)
    this.#sequence += 1
    this.#add({ ...transition, epoch, at: now().toISOString(), host, bootId, sequence: this.#sequence })
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

  #add(record: HistoryRecord): void {
    this.#records.push(record)
    if (this.#records.length <= HISTORY_MAX_RECORDS + SLACK_RECORDS)
      return appendFileSync(this.#init.path, toText(record))
    this.#records = this.#records.slice(-HISTORY_MAX_RECORDS)
    writeFileSync(this.#init.path, this.#records.map(toText).join(''))
  }
}

type WireRecord = AnswerBody<'history'>['records'][number]

function toWire({ at, host, bootId, sequence, epoch, ...transition }: HistoryRecord): WireRecord {
  return { at, host, bootId, sequence, transition: { ...transition, epoch: epoch === null ? null : BigInt(epoch) } }
}

function fromWire({ at, host, bootId, sequence, transition }: WireRecord): HistoryRecord {
  const { epoch, ...rest } = transition
  return { at, host, bootId, sequence, ...rest, epoch: epoch === null ? null : String(epoch) }
}

function toText({ at, host, bootId, sequence, ...transition }: HistoryRecord): string {
  return `${JSON.stringify({ at, host, boot_id: bootId, sequence, transition })}\n`
}

function toRecord({ at, host, boot_id, sequence, transition }: Line): HistoryRecord {
  return { at, host, bootId: boot_id, sequence, ...transition }
}

/** A torn last line is left out: what it would have told stands in the histories of the others. */
function readLines(path: string): Line[] {
  return readText(path)
    .split('\n')
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as Line]
      } catch {
        return []
      }
    })
}

function endsCleanly(path: string): boolean {
  const text = readText(path)
  return text === '' || text.endsWith('\n')
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  }
}
