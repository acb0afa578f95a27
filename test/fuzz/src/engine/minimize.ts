import type { Coverage } from '../instrument/coverage.js'
import { Features } from './features.js'
import type { Fuzzer } from './fuzzer.js'
import { tryInput } from './trial.js'

/** A kept corpus is read by people and by every test run: small files, and not many. Bytes of one target. */
const MAX_CORPUS_BYTES = 16 * 1024
const MAX_INPUTS = 24

/**
 * The shortest inputs that together show what the corpus shows beyond the seeds, which are made anew each time and
 * therefore not kept. What no longer fits is left out, the longest first.
 */
export async function minimized({ target, corpus }: Fuzzer, coverage: Coverage): Promise<readonly Uint8Array[]> {
  const features = new Features()
  const show = async (input: Uint8Array): Promise<number> => {
    await tryInput(target, input, coverage)
    return features.add(coverage)
  }
  for (const seed of await target.seeds()) await show(seed)
  const kept: Uint8Array[] = []
  let bytes = 0
  for (const { input } of corpus.toSorted((a, b) => a.input.length - b.input.length)) {
    if (kept.length === MAX_INPUTS) break
    if (bytes + input.length > MAX_CORPUS_BYTES || (await show(input)) === 0) continue
    kept.push(input)
    bytes += input.length
  }
  return kept
}
