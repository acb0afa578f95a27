import { registerHooks } from 'node:module'
import type { SourcePatch } from './source-patch.js'

export type { SourcePatch }

/**
 * Changes one module of the product while it is loaded into this thread; nothing is written, and no other thread sees
 * it. Throws when the text to change is not found exactly once, so that a planted bug cannot quietly become none.
 */
export function applyPatch(patch: SourcePatch): void {
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context)
      if (!url.endsWith(`/${patch.file}`) || !loaded.source) return loaded
      return { ...loaded, source: patchSource(Buffer.from(loaded.source as Uint8Array).toString('utf8'), patch) }
    },
  })
}

export function patchSource(source: string, { file, find, replace }: SourcePatch): string {
  const places = source.split(find).length - 1
  if (places !== 1) throw new Error(`planted bug: ${places} places in ${file} read '${find}', there must be one`)
  return source.replace(find, () => replace)
}
