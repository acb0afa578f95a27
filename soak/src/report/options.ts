import type { Digest } from '../digest/schema.js'
import type { TestResult } from '../evidence/schema.js'
import type { LegacyInputs } from '../legacy/report.js'
import type { Claim } from '../run/schema.js'
import type { Report } from './schema.js'

export type InputKind = Report['inputs'][number]['kind']

export interface NamedInput {
  readonly kind: InputKind
  readonly path: string
}

export interface ReportOptions {
  /** Segments first, the file that is written to last. */
  readonly files: readonly string[]
  /** RFC 3339 UTC with milliseconds. */
  readonly generatedAt: string
  readonly command: string
  readonly build: string
  readonly thresholdsFile?: string | undefined
  /** Bounds of the time that is looked at, ms since the epoch; polls that are due in it and missing are missing. */
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
  /** Judged with those of the run document; what they declare absent was not declared before the run. */
  readonly claims?: readonly Claim[] | undefined
  /** Given: the files are of the seed's shape, or there is but a transcription. */
  readonly legacy?: LegacyInputs | undefined
  readonly digests?: readonly Digest[] | undefined
  readonly tests?: readonly TestResult[] | undefined
  /** Earlier reports: what they say of PASS is judged too. */
  readonly earlier?: readonly Report[] | undefined
  /** Files that the others of these came from, to be named with their hashes. */
  readonly otherInputs?: readonly NamedInput[] | undefined
}
