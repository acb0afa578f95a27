import { inFile } from '../samples/files.js'
import { type Common, REFUSED, refusing, refusingAsync, targetOf } from './codec-target.js'
import { Breach, type Form, type Target } from './target.js'

export type Reader<T> = Omit<Common, 'seeds'> & {
  /** As text, or as what JSON is made of. */
  readonly samples: readonly (string | Uint8Array | object)[]
  /** What must hold of what was read; returns what is wrong. */
  readonly holds?: (value: NonNullable<T>) => string | undefined
}

/** A reader of text that throws its refusals, or answers undefined or null. */
export function textTarget<T>(reader: Reader<T>, read: (text: string) => T, form: Form = 'text'): Target {
  const text = (input: Uint8Array) => Buffer.from(input).toString('utf8')
  return bytesTarget(reader, (input) => read(text(input)), form)
}

export function bytesTarget<T>(reader: Reader<T>, read: (bytes: Uint8Array) => T, form: Form = 'text'): Target {
  return targetOf({ form, ...reader, seeds: () => seedsOf(reader) }, (input) => {
    return verdict(
      reader,
      refusing(reader.errors, () => read(input)),
    )
  })
}

/** The same for a reader that takes its time. */
export function asyncTarget<T>(
  reader: Reader<T>,
  read: (bytes: Uint8Array) => Promise<T>,
  form: Form = 'json',
): Target {
  return targetOf({ form, ...reader, seeds: () => seedsOf(reader) }, async (input) => {
    return verdict(reader, await refusingAsync(reader.errors, () => read(input)))
  })
}

/** A reader of a file; the file has the same name each time. */
export function fileTarget<T>(reader: Reader<T>, read: (path: string) => T | Promise<T>, form: Form = 'json'): Target {
  const name = reader.name.replaceAll('/', '-')
  return asyncTarget(reader, async (input) => await read(inFile(name, input)), form)
}

function seedsOf({ samples }: Reader<never>): Uint8Array[] {
  return samples.map((sample) => {
    if (sample instanceof Uint8Array) return sample
    return Buffer.from(typeof sample === 'string' ? sample : JSON.stringify(sample))
  })
}

function verdict<T>({ holds }: Reader<T>, value: T | typeof REFUSED) {
  if (value === REFUSED || value === undefined || value === null) return 'refused'
  const wrong = holds?.(value)
  if (wrong !== undefined) throw new Breach('property', wrong)
  return 'accepted'
}
