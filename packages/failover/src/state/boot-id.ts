import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { writeFileDurably } from '@montana/foundation'
import { bootId, bootOrdinal } from '../boot-id.js'

const RANDOM_BYTES = 8

/**
 * The name of this life of the agent, above that of every life before it: by the wall clock, and by what the file knows
 * where that was set back. A host that forgot everything and whose clock was set back, too, is heard by witnesses again
 * when either is mended. Spec three-mirror 7.1.
 */
export async function nextBootId(path: string, wallMs: number): Promise<string> {
  const ordinal = Math.max(wallMs, ordinalIn(path) + 1)
  const id = bootId(ordinal, randomBytes(RANDOM_BYTES).toString('hex'))
  await writeFileDurably(path, `${id}\n`, 0o600)
  return id
}

function ordinalIn(path: string): number {
  try {
    return bootOrdinal(readFileSync(path, 'utf8').trim()) ?? 0
  } catch {
    return 0
  }
}
