import { registerHooks } from 'node:module'
import { Coverage, installGlobals } from './coverage.js'
import { instrument } from './instrument.js'

/** One place in a built module that a planted bug changes; the text must be there exactly once. */
export interface SourcePatch {
  /** End of the module's path, e.g. `packages/codec/dist/reader.js`. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** What the product is made of, compiled; not its dependencies, and not the fuzzer. */
const OURS = /\/(packages\/[^/]+|soak|native)\/dist\/.+\.js$/

export interface Instrumentation {
  readonly coverage: Coverage
  /** Words of every module that was loaded so far. */
  readonly words: Set<string | number>
  /** How many probes there are so far. */
  probes(): number
}

/**
 * From here on each module of the product is changed while it is loaded into this thread; nothing is written. Loads the
 * plain module where `isCounting` is false, for a replay needs no coverage.
 */
export function instrumentLoads(patch?: SourcePatch, isCounting = true): Instrumentation {
  const coverage = new Coverage()
  const words = new Set<string | number>()
  let next = 1
  installGlobals(coverage)
  const change = (source: string): string => {
    if (!isCounting) return source
    const changed = instrument(source, next)
    next += changed.probes
    for (const word of changed.words) words.add(word)
    return changed.source
  }
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      if (!OURS.test(url) || !loaded.source) return loaded
      const source = patched(url, Buffer.from(loaded.source as Uint8Array).toString('utf8'), patch)
      return { ...loaded, source: change(source) }
    },
  })
  return { coverage, words, probes: () => next }
}

function patched(url: string, source: string, patch: SourcePatch | undefined): string {
  if (!patch || !url.endsWith(`/${patch.file}`)) return source
  const places = source.split(patch.find).length - 1
  if (places !== 1) throw new Error(`planted bug: ${places} places in ${patch.file} read '${patch.find}', not one`)
  return source.replace(patch.find, () => patch.replace)
}
