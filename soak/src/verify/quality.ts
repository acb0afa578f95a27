import type { SoakRecord } from '../record/schema.js'
import type { SoakDefect, SoakNote, SoakWarning } from './defect.js'

/** Findings listed of each sort; more are counted only, so that memory does not grow with a file of rubbish. */
export const FINDINGS_MAX = 10_000

/** What has been read so far: spec operations 4, Q2 and Q3. */
export interface ReadQuality {
  /** Those that were read, in their order. */
  readonly files: readonly string[]
  /** Those that belong to the run, also where one is missing: the order of what is found. */
  readonly order: readonly string[]
  /** Records that add to the run. */
  readonly valid: number
  /** Lines that are no records. */
  readonly corrupt: number
  /** Records whose sequence number had been read before. */
  readonly duplicate: number
  /** Records that waited in the spool. */
  readonly late: number
  /** Records that found a torn line before them. */
  readonly repaired: number
  /** All of them, also those beyond {@link FINDINGS_MAX}. */
  readonly defectCount: number
  readonly defects: readonly SoakDefect[]
  readonly warnings: readonly SoakWarning[]
  readonly notes: readonly SoakNote[]
  readonly lastSeq: number | null
  readonly lastSha256: string | null
}

/** The running counts of one reading. */
export class QualityCounter implements ReadQuality {
  valid = 0
  corrupt = 0
  duplicate = 0
  late = 0
  repaired = 0
  defectCount = 0
  lastSeq: number | null = null
  lastSha256: string | null = null
  readonly files: string[] = []
  readonly order: string[] = []
  readonly defects: SoakDefect[] = []
  readonly warnings: SoakWarning[] = []
  readonly notes: SoakNote[] = []

  addRecord(record: SoakRecord, sha256: string, isDuplicate: boolean): void {
    if (isDuplicate) {
      this.duplicate++
      return
    }
    this.valid++
    if (record.late) this.late++
    if (record.repaired_bytes > 0) this.repaired++
    this.lastSeq = record.seq
    this.lastSha256 = sha256
  }

  addDefects(found: readonly SoakDefect[]): void {
    this.defectCount += found.length
    this.defects.push(...found.slice(0, FINDINGS_MAX - this.defects.length))
  }

  addWarning(found: SoakWarning | undefined): void {
    if (found && this.warnings.length < FINDINGS_MAX) this.warnings.push(found)
  }
}
