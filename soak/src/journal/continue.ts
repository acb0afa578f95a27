import { FIRST_PREV } from '../constants.js'
import type { Head } from './head.js'

/** The last complete line of the file. */
export interface LastLine {
  readonly sha256: string
  /** Undefined where the line is not a record. */
  readonly record: { readonly run_id: string; readonly seq: number; readonly prev: string } | undefined
  /** Where `record` is undefined: what its sequence number must have been, counted from the last good line. */
  readonly seqByCount: number
  readonly runIdByCount: string | undefined
}

export interface Continuation {
  readonly runId: string | undefined
  readonly seq: number
  readonly prev: string
  /** The file is not what was acknowledged: the chain goes on from the head, so that the break stays visible. */
  readonly isBroken: boolean
}

/**
 * Where the next record joins the chain. After a crash the head may lag by one line whose chain continues. Any other
 * difference means that acknowledged lines were cut off or changed; continuing from the file would hide that, because
 * the head that proves it is about to be replaced (spec operations 3.5). Pure.
 */
export function continueFrom(last: LastLine | undefined, head: Head | undefined): Continuation {
  if (!head) return last ? afterLine(last) : { runId: undefined, seq: 0, prev: FIRST_PREV, isBroken: false }
  const isSame = last?.sha256 === head.sha256
  if (last && (isSame || isNext(last, head))) return afterLine(last)
  const seq = Math.max(head.seq, last?.record?.seq ?? 0) + 1
  return { runId: head.run_id, seq, prev: head.sha256, isBroken: true }
}

function isNext({ record }: LastLine, head: Head): boolean {
  return record?.run_id === head.run_id && record.seq === head.seq + 1 && record.prev === head.sha256
}

function afterLine({ record, sha256, seqByCount, runIdByCount }: LastLine): Continuation {
  const seq = (record?.seq ?? seqByCount) + 1
  return { runId: record?.run_id ?? runIdByCount, seq, prev: sha256, isBroken: record === undefined }
}
