/** What can be wrong with a soak file: spec operations 3.6. */
export type DefectKind =
  | 'torn'
  | 'invalid_json'
  | 'schema'
  | 'seq_gap'
  | 'seq_duplicate'
  | 'seq_reorder'
  | 'chain_break'
  | 'head_mismatch'
  | 'truncated'
  | 'segment_missing'
  | 'segment_hash'

/** Worth a look, and no proof of a change: the wall clock went back while `mono_ms` went on. */
export type WarningKind = 'clock_step'

/**
 * What a reader should know, none of it a fault: a head that a crash left one line behind, a file of one line without a
 * head (a crash came before it; a longer file without one is a defect), segments that retention removed, and an index that could not be read.
 */
export type NoteKind = 'head_behind' | 'head_missing' | 'segments_removed' | 'index_unreadable'

/** Where in a file. `line` counts from 1; null concerns the whole file. */
export interface Place {
  readonly file: string
  readonly line: number | null
}

/**
 * One thing that was found. `seq` is that of the record at the line; where no record stands there, the one that should.
 */
export interface Finding<Kind extends string> extends Place {
  readonly seq: number | null
  readonly kind: Kind
}

export type SoakDefect = Finding<DefectKind>
export type SoakWarning = Finding<WarningKind>
export type SoakNote = Finding<NoteKind>
