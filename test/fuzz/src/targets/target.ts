/** What a target did with an input; a breach of its rules is thrown as {@link Breach}. */
export type Outcome = 'accepted' | 'refused'

/** What an input is made of, which decides what is done to it. */
export type Form = 'bytes' | 'text' | 'json' | 'lines'

export interface Target {
  /** `group/name`, and the folder of its corpus. */
  readonly name: string
  readonly form: Form
  /** Longest input that is tried. Bytes. */
  readonly maxBytes: number
  /** Valid inputs, from the real encoders. */
  seeds(): readonly Uint8Array[] | Promise<readonly Uint8Array[]>
  run(input: Uint8Array): Outcome | Promise<Outcome>
  /** Makes again what would hide everything behind it: a digest, a MAC, a signature. Undefined where nothing can be. */
  readonly repair?: (input: Uint8Array) => Uint8Array | undefined
  /** An input of which one field of the decoded value was changed and encoded anew. Undefined where that is refused. */
  readonly reshape?: (input: Uint8Array, change: (value: unknown) => unknown) => Uint8Array | undefined
  /** Words beyond those of the loaded modules. */
  readonly words?: readonly string[]
  /** What may be asked for by size while an input of n bytes is read: `base + perByte × n`. Bytes or characters. */
  readonly allocates: Allowance
  /** CPU time of one input. Milliseconds. */
  readonly maxMs: number
  /** Nothing that is recorded may be accepted, the seeds included. */
  readonly acceptsNothing?: boolean
}

export interface Allowance {
  readonly base: number
  readonly perByte: number
}

export type Rule =
  | 'undeclared-error'
  | 'not-canonical'
  | 'no-round-trip'
  | 'slow'
  | 'allocation'
  | 'backends-differ'
  | 'property'
  | 'died'
  | 'hung'

/** A rule that the product broke. */
export class Breach extends Error {
  constructor(
    readonly rule: Rule,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'Breach'
  }
}

/** Decoding must be in proportion to what is decoded: views and copies of the input, and a few objects. */
export const DEFAULT_ALLOWANCE: Allowance = { base: 64 * 1024, perByte: 64 }
/** Where a count of 16 bits is taken at its word before the bytes are: at most 65 535 slots of eight bytes, once. */
export const COUNTED_ALLOWANCE: Allowance = { base: 64 * 1024 + 8 * 65_535, perByte: 64 }
/** A decoder of a few kilobytes takes microseconds. */
export const DEFAULT_MAX_MS = 250
/** The library words each mistake of a YAML file: where every byte of 16 KiB is one, 270 ms, and in proportion. */
export const YAML_MAX_MS = 1_000
