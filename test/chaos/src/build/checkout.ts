import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** Of the repository that this package stands in. */
export const ROOT = join(import.meta.dirname, '..', '..', '..', '..')
const MAIN = join('packages', 'cli', 'dist', 'main.js')

/** Entry point of `montana` in a tree. */
export function mainOf(tree: string): string {
  return join(tree, MAIN)
}

/** Output of git in this checkout; undefined where it fails, as it does where there is no repository. */
export function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', ['-C', ROOT, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}

/** Commit of this checkout, with `-dirty` where its files were changed since; undefined where there is no repository. */
export function revision(run: typeof git = git): string | undefined {
  const [head, changes] = [run('rev-parse', 'HEAD'), run('status', '--porcelain')]
  if (head === undefined || changes === undefined) return undefined
  return changes === '' ? head : `${head}-dirty`
}

export function commitOf(revision: string): string | undefined {
  return git('rev-parse', '--verify', '--quiet', `${revision}^{commit}`)
}
