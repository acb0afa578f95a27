import { open } from 'node:fs/promises'
import { samplesIn } from '@montana/foundation'

/** Of one file; a longer one is no text file of a job of ours, bytes. */
const FILE_MAX_BYTES = 262_144

/**
 * Metrics that jobs without an endpoint have left in files, below those of the node itself. What the node says already, and
 * what is no sample, is left out; a file that is missing is a job that has not run. Spec operations 14.
 */
export async function withIncluded(own: string, files: readonly string[]): Promise<string> {
  const texts = await Promise.all(files.map(readText))
  const seen = new Set(own.split('\n').map((line) => line.slice(0, line.lastIndexOf(' '))))
  const lines = texts.flatMap(samplesIn).flatMap(([sample, value]) => {
    if (seen.has(sample)) return []
    seen.add(sample)
    return [`${sample} ${value}\n`]
  })
  return own + lines.join('')
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
