import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A folder that goes with the test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'git-run-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** A program that stands where git would: JavaScript of a module. */
export function plant(folder: string, source: string): string {
  const path = join(folder, 'planted.mjs')
  writeFileSync(path, `#!${process.execPath}\n${source}\n`, { mode: 0o755 })
  return path
}
