import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** What the kernel shows, and what a running system keeps for itself. */
const NOT_FILES = ['proc', 'sys', 'dev']

/** Every file, folder and link below `root` but `left`: path → what a change of it would change. */
export function treeOf(root: string, left: readonly string[] = []): Map<string, string> {
  const tree = new Map<string, string>()
  const skipped = new Set([...NOT_FILES, ...left])
  const walk = (path: string) => {
    for (const name of readdirSync(join(root, path)).sort()) {
      const child = path === '' ? name : `${path}/${name}`
      if (skipped.has(child)) continue
      const facts = factsOf(join(root, child))
      tree.set(child, facts)
      if (facts.startsWith('folder')) walk(child)
    }
  }
  walk('')
  return tree
}

function factsOf(path: string): string {
  const found = lstatSync(path)
  const owner = `${(found.mode & 0o7777).toString(8)} ${found.uid}:${found.gid}`
  if (found.isDirectory()) return `folder ${owner}`
  if (found.isSymbolicLink()) return `link ${readlinkSync(path)}`
  if (!found.isFile()) return `other ${owner}`
  return `file ${owner} ${found.size} ${found.mtimeMs} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`
}

/** Names that are in one tree only, or differ; `+`, `-` or `~` in front. */
export function difference(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const gone = [...before.keys()].filter((path) => !after.has(path)).map((path) => `-${path}`)
  const changed = [...after].flatMap(([path, facts]) => {
    const old = before.get(path)
    if (old === facts) return []
    return [old === undefined ? `+${path}` : `~${path}`]
  })
  return [...gone, ...changed].sort()
}
