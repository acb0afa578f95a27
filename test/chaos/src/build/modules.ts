import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

interface LockEntry {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly optional?: boolean
}

type Lock = Readonly<Record<string, LockEntry>>

const SCOPE = '@montana'

export function lockOf(tree: string): Lock {
  const { packages } = JSON.parse(readFileSync(join(tree, 'package-lock.json'), 'utf8')) as { packages: Lock }
  return packages
}

/** Packages of others that `wanted` pins otherwise than `installed` does. */
export function differences(wanted: Lock, installed: Lock): string[] {
  const foreign = Object.entries(wanted).filter(([path, { link }]) => path.includes('node_modules/') && !link)
  return foreign.filter(([path, { integrity }]) => installed[path]?.integrity !== integrity).map(([path]) => path)
}

/** Gives `tree` the packages that `root` has installed, but its own workspaces: only links are made. */
export function linkModules(root: string, tree: string): void {
  const folder = join(tree, 'node_modules')
  mkdirSync(join(folder, SCOPE), { recursive: true })
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name !== SCOPE) symlinkSync(join(root, 'node_modules', name), join(folder, name))
  }
  for (const [path, { link, resolved }] of Object.entries(lockOf(tree))) {
    if (link && resolved && path.startsWith('node_modules/')) symlinkSync(join(tree, resolved), join(tree, path))
  }
  for (const workspace of workspacesOf(tree)) {
    const nested = join(root, workspace, 'node_modules')
    if (existsSync(nested)) symlinkSync(nested, join(tree, workspace, 'node_modules'))
  }
}

function workspacesOf(tree: string): string[] {
  return Object.values(lockOf(tree)).flatMap(({ link, resolved }) => (link && resolved ? [resolved] : []))
}
