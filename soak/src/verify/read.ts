import { toReadError } from '../errors.js'
import { FileReader, type SoakLine } from './file-reader.js'
import { closePlans, type FilePlan, planFiles } from './plan.js'
import type { ReadQuality } from './quality.js'

export interface ReadOptions {
  /** Hash that the last line must have, from somewhere that whoever changes the file cannot change. */
  readonly headSha256?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** Can be iterated once. */
export interface SoakReader extends AsyncIterable<SoakLine> {
  /** Runs along while lines are read; complete, with what only the end of the files shows, after the last. */
  readonly quality: ReadQuality
}

/**
 * Streams the records of a run, in bounded memory, and judges the files on the way: spec operations 3.6. One soak file
 * brings along what was rotated out of it; several are read in the given order. Iterating throws ConfigError (exit 78) for
 * a file that is not there, and AbortError.
 */
export function readSoakRecords(files: readonly string[], options: ReadOptions = {}): SoakReader {
  const reader = new FileReader()
  return { quality: reader.quality, [Symbol.asyncIterator]: () => readAll(reader, files, options) }
}

async function* readAll(reader: FileReader, files: readonly string[], options: ReadOptions): AsyncGenerator<SoakLine> {
  let plans: readonly FilePlan[] = []
  try {
    plans = await planFiles(files, options.headSha256)
    for (const plan of plans) yield* reader.read(plan, options.signal)
  } catch (error) {
    throw toReadError(error, reader.quality.files.at(-1) ?? files.join(', '))
  } finally {
    await closePlans(plans)
  }
  reader.finish()
}
