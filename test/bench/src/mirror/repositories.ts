import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GIT_ENVIRONMENT } from '@montana/bench-peers'

const MIB = 2 ** 20
export function git(folder: string, args: readonly string[], input = ''): string {
  const stdio: ['pipe', 'pipe', 'ignore'] = ['pipe', 'pipe', 'ignore']
  return execFileSync('git', args, { cwd: folder, env: GIT_ENVIRONMENT, input, stdio }).toString('utf8').trim()
}

export function bare(folder: string, name: string): string {
  const path = join(folder, `${name}.git`)
  git(folder, ['init', '--quiet', '--bare', '--initial-branch=main', path])
  return path
}

/** A source with one commit on main, which holds this many files of a mebibyte that no compression makes smaller. */
export function source(folder: string, name: string, mebibytes: number): string {
  const path = join(folder, name)
  mkdirSync(path)
  git(path, ['init', '--quiet', '--initial-branch=main'])
  for (let index = 0; index < mebibytes; index++) writeFileSync(join(path, `${index}.bin`), randomBytes(MIB))
  git(path, ['add', '--all'])
  git(path, ['commit', '--quiet', '--allow-empty', '-m', 'first'])
  git(path, ['repack', '-a', '-d', '-q'])
  return path
}

/** This many branches more, each with main's tip. */
export function addBranches(path: string, count: number): void {
  const tip = git(path, ['rev-parse', 'main'])
  const lines = Array.from({ length: count }, (_, index) => `create refs/heads/branch-${index} ${tip}\n`)
  git(path, ['update-ref', '--stdin'], lines.join(''))
}

/** A new commit on main, so that a push has something to do. */
export function advance(path: string): void {
  git(path, ['commit', '--quiet', '--allow-empty', '-m', 'next'])
}
