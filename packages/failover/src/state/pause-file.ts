import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { writeFileDurably } from '@montana/foundation'
import { z } from 'zod'
import type { PauseFile } from '../agent/ports.js'
import type { Pause } from '../core/types.js'

/** At most a day: spec three-mirror 10.4. */
const REMAINING_MAX_MS = 86_400_000

const form = z.strictObject({
  reason: z.string().max(500),
  by: z.string().max(100),
  until_ms: z.number(),
})

/**
 * A pause outlives the agent. Its end is kept by wall clock, the only one that survives a restart; a clock that is set
 * back cannot make it longer than a day.
 */
export function pauseFile(path: string, wallMs: () => number = Date.now): PauseFile {
  return {
    load: () => read(path, wallMs()),
    save: async (pause) => {
      if (pause === null) return await rm(path, { force: true })
      const { reason, by, remainingMs } = pause
      await writeFileDurably(path, `${JSON.stringify({ reason, by, until_ms: wallMs() + remainingMs })}\n`, 0o600)
    },
  }
}

function read(path: string, nowMs: number): Pause | null {
  try {
    const { reason, by, until_ms } = form.parse(JSON.parse(readFileSync(path, 'utf8')))
    const remainingMs = Math.min(until_ms - nowMs, REMAINING_MAX_MS)
    return remainingMs > 0 ? { reason, by, remainingMs } : null
  } catch {
    return null
  }
}
