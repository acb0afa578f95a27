import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

let folder: string | undefined
const made = new Set<string>()

/** Of this process, gone with it. */
export function scratchFolder(): string {
  if (folder !== undefined) return folder
  const own = mkdtempSync(join(tmpdir(), 'montana-fuzz-files-'))
  process.once('exit', () => rmSync(own, { recursive: true, force: true }))
  folder = own
  return own
}

/** Writes what a reader of files is to read, 0600, and returns the path. */
export function inFile(name: string, bytes: Uint8Array | string): string {
  const path = join(scratchFolder(), name)
  if (!made.has(path)) mkdirSync(dirname(path), { recursive: true })
  made.add(path)
  writeFileSync(path, bytes, { mode: 0o600 })
  return path
}
