import { applyPatch, type SourcePatch } from '@montana/simulation/patch'

/**
 * Loaded before anything else in the process of a test: built modules get their former code on the way in. What brings the
 * engine along must not be imported here.
 */
const patches = JSON.parse(process.env.MONTANA_FORMER_CODE ?? '[]') as readonly SourcePatch[]
for (const patch of patches) if (patch.file.includes('/dist/')) applyPatch(patch)
