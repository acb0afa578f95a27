import { isDeepStrictEqual } from 'node:util'
import { MontanaError } from '@montana/foundation'
import { Breach, DEFAULT_ALLOWANCE, DEFAULT_MAX_MS, type Outcome, type Target } from './target.js'

type ErrorClass = abstract new (...args: never[]) => Error

export type Common = Partial<
  Pick<Target, 'repair' | 'words' | 'allocates' | 'maxMs' | 'maxBytes' | 'form' | 'acceptsNothing'>
> & {
  readonly name: string
  readonly seeds: Target['seeds']
  /** What a refusal is thrown as; each must have a code. */
  readonly errors?: readonly ErrorClass[]
}

export interface Codec<T> extends Common {
  readonly decode: (bytes: Uint8Array) => T
  /** Absent where nothing encodes it. */
  readonly encode?: (value: T) => Uint8Array
  /** What is accepted encodes to the same bytes (the default), or at least to what is read as the same value. */
  readonly isCanonical?: boolean
  /** What must hold of every accepted value; returns what is wrong. */
  readonly holds?: (value: T, bytes: Uint8Array) => string | undefined
}

/** Bytes that are longer show nothing that shorter ones do not. */
const DEFAULT_MAX_BYTES = 16 * 1024

export function targetOf(common: Common, run: Target['run']): Target {
  return {
    form: 'bytes',
    maxBytes: DEFAULT_MAX_BYTES,
    allocates: DEFAULT_ALLOWANCE,
    maxMs: DEFAULT_MAX_MS,
    ...common,
    run,
  }
}

/** A decoder and its encoder: only declared refusals, and what is accepted has one form. */
export function codecTarget<T>(codec: Codec<T>): Target {
  const { decode, encode } = codec
  const run = (input: Uint8Array): Outcome => {
    const value = refusing(codec.errors, () => decode(input))
    if (value === REFUSED) return 'refused'
    if (encode) checkRoundTrip(codec, value as T, input)
    const wrong = codec.holds?.(value as T, input)
    if (wrong) throw new Breach('property', wrong)
    return 'accepted'
  }
  const target = targetOf(codec, run)
  if (!encode) return target
  return { ...target, reshape: (input, change) => reshaped({ decode, encode }, input, change) }
}

export const REFUSED = Symbol('refused')

/** The value, or REFUSED where a declared error was thrown; any other error is a breach. */
export function refusing<T>(errors: readonly ErrorClass[] | undefined, run: () => T): T | typeof REFUSED {
  try {
    return run()
  } catch (error) {
    return checkRefusal(errors, error)
  }
}

export async function refusingAsync<T>(
  errors: readonly ErrorClass[] | undefined,
  run: () => Promise<T>,
): Promise<T | typeof REFUSED> {
  try {
    return await run()
  } catch (error) {
    return checkRefusal(errors, error)
  }
}

/** A breach passes; a declared class with a code is a refusal; the rest is a breach. */
export function checkRefusal(errors: readonly ErrorClass[] = [MontanaError], error: unknown): typeof REFUSED {
  if (error instanceof Breach) throw error
  const isDeclared = errors.some((declared) => error instanceof declared)
  if (isDeclared && typeof (error as { code?: unknown }).code === 'string') return REFUSED
  throw new Breach('undeclared-error', String(error), error)
}

function checkRoundTrip<T>({ decode, encode, isCanonical = true }: Codec<T>, value: T, input: Uint8Array): void {
  const again = guarded('the encoder refuses what was decoded', () => encode?.(value) as Uint8Array)
  if (isCanonical) {
    if (!Buffer.from(again).equals(input)) throw new Breach('not-canonical', differs(input, again))
    return
  }
  const twice = guarded('what was encoded is refused', () => decode(again))
  if (!isDeepStrictEqual(twice, value)) throw new Breach('no-round-trip', differs(input, again))
}

function guarded<T>(what: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw new Breach('no-round-trip', `${what}: ${String(error)}`, error)
  }
}

function differs(input: Uint8Array, again: Uint8Array): string {
  const at = input.findIndex((byte, index) => byte !== again[index])
  return `${input.length} bytes were accepted, ${again.length} encoded; they differ at ${at}`
}

function reshaped<T>(
  { decode, encode }: { decode: (bytes: Uint8Array) => T; encode: (value: T) => Uint8Array },
  input: Uint8Array,
  change: (value: unknown) => unknown,
): Uint8Array | undefined {
  try {
    return encode(change(decode(input)) as T)
  } catch {
    return undefined
  }
}
