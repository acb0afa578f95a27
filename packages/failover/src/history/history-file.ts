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
    this.#sequence = this.#records.filter(({ host }) => host === init.host).length
    if (!endsCleanly(init.path)) appendFileSync(init.path, '\n')
  }

  append(transition: Transition): void {
    const { host, bootId, now } = this.#init
    const epoch = transition.epoch === null ? null : String(transition.epoch)
    this.#sequence += 1
    this.#add({ ...transition, epoch, at: now().toISOString(), host, bootId, sequence: this.#sequence })
  }

  /** What another host told, once. */
  learn(records: readonly HistoryRecord[]): void {
    for (const record of records) if (!this.#records.some((known) => isSame(known, record))) this.#add(record)
  }

  latest(policy: string | null, count: number): readonly HistoryRecord[] {
    const matching = policy === null ? this.#records : this.#records.filter((record) => record.policy === policy)
    return [...matching].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).slice(-count)
  }

  page(count: number): AnswerBody<'history'>['records'] {
    return this.latest(null, count).map(({ at, host, bootId, sequence, epoch, ...transition }) => {
      return { at, host, bootId, sequence, transition: { ...transition, epoch: epoch === null ? null : BigInt(epoch) } }
    })
  }

  #add(record: HistoryRecord): void {
    this.#records.push(record)
    if (this.#records.length <= HISTORY_MAX_RECORDS + SLACK_RECORDS)
      return appendFileSync(this.#init.path, toText(record))
    this.#records = this.#records.slice(-HISTORY_MAX_RECORDS)
    writeFileSync(this.#init.path, this.#records.map(toText).join(''))
  }
}

function isSame(a: HistoryRecord, b: HistoryRecord): boolean {
  return a.host === b.host && a.bootId === b.bootId && a.sequence === b.sequence
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
