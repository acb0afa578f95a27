// Decides whether a step's inputs changed since it last succeeded.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const SKIPPED = new Set(['node_modules', 'dist', 'target', '.git', '.montana'])

/** Content hash of every file below `paths` that `accept` wants. */
export function hashFiles(paths, accept, extra = '') {
  const hash = createHash('sha256').update(extra)
  for (const path of paths)
    for (const file of listFiles(path, accept)) hash.update(file).update('\0').update(readFileSync(file))
  return hash.digest('hex')
}

export function listFiles(path, accept) {
  if (!existsSync(path)) return []
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => !SKIPPED.has(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const child = join(path, entry.name)
      if (entry.isDirectory()) return listFiles(child, accept)
      return accept(entry.name) ? [child] : []
    })
}

export function readStamp(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

export function writeStamp(file, value) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, value)
}
