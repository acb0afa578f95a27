import { open } from 'node:fs/promises'
import { samplesIn } from '@montana/foundation'

/** Of one file; a longer one is no text file of a job of ours, bytes. */
const FILE_MAX_BYTES = 262_144

/**
 * Metrics that jobs without an endpoint have left in files, as text for the node's own page. A name that the node has
 * itself, and what is no sample, is left out; a file that is missing is a job that has not run. Spec operations 14.
 */
export async function includedMetrics(files: readonly string[], own: ReadonlySet<string>): Promise<string> {
  const texts = await Promise.all(files.map(readText))
  const seen = new Set<string>()
  const lines = texts.flatMap(samplesIn).flatMap(([sample, value]) => {
    if (own.has(sample.split('{')[0] ?? '') || seen.has(sample)) return []
    seen.add(sample)
    return [`${sample} ${value}\n`]
  })
  return lines.join('')
}

async function readText(file: string): Promise<string> {
  try {
    await using handle = await open(file, 'r')
    const { size } = await handle.stat()
    return size > FILE_MAX_BYTES ? '' : await handle.readFile('utf8')
  } catch {
    return ''
  }
}
