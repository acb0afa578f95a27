import { basename, dirname, join } from 'node:path'

const NAME = /^(?<stem>.+)-(?<ts>\d{8}T\d{6}Z)-(?<seq>\d{1,15})\.jsonl$/

/** What the name of a rotated file tells: spec operations 3.5. */
export interface SegmentName {
  /** Path of the file that it was rotated out of. */
  readonly log: string
  readonly firstSeq: number
}

/** `soak.jsonl` becomes `soak-20261125T124632Z-288.jsonl`. */
export function segmentPath(log: string, firstTsMs: number, firstSeq: number): string {
  const ts = new Date(firstTsMs).toISOString().replace(/[-:]|\.\d+/g, '')
  return join(dirname(log), `${stemOf(log)}-${ts}-${firstSeq}.jsonl`)
}

/** Undefined for a file that is not a rotated one. */
export function parseSegmentName(path: string): SegmentName | undefined {
  const { stem, seq } = NAME.exec(basename(path))?.groups ?? {}
  if (stem === undefined || seq === undefined) return undefined
  return { log: join(dirname(path), `${stem}.jsonl`), firstSeq: Number(seq) }
}

export function stemOf(log: string): string {
  return basename(log).replace(/\.jsonl$/, '')
}
