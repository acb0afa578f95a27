import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TemporaryFolder {
  readonly path: string
  remove(): void
}

/** Each try waits longer than the one before, 3.6 s in all: a node may take two seconds to stop. */
const ERASING = { recursive: true, force: true, maxRetries: 8, retryDelay: 100 } as const

/** Removed at the latest when this process exits; only a kill -9 leaves it. */
export function temporaryFolder(): TemporaryFolder {
  const path = mkdtempSync(join(tmpdir(), 'montana-bench-'))
  const erase = () => rmSync(path, ERASING)
  process.once('exit', erase)
  const remove = () => {
    process.removeListener('exit', erase)
    erase()
  }
  return { path, remove }
}
