import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Of this test and nobody else: no configuration of the machine. */
const ENVIRONMENT = {
  PATH: process.env.PATH,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
}

/** Plain git, to prepare and to look: never what is tested. */
export function git(folder: string, ...args: string[]): string {
  const options = { cwd: folder, env: ENVIRONMENT, stdio: ['ignore', 'pipe', 'ignore'] as ['ignore', 'pipe', 'ignore'] }
  return execFileSync('git', args, options).toString('utf8').trim()
}

/** A folder that is removed at the end, with a source that has one commit on main, and an empty bare target. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'montana-push-'))
  readonly source = join(this.folder, 'source')
  readonly target = join(this.folder, 'target.git')

  constructor() {
    git(this.folder, 'init', '--quiet', '--initial-branch=main', this.source)
    git(this.folder, 'init', '--quiet', '--bare', '--initial-branch=main', this.target)
    this.commit('first')
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Adds a commit to a branch of the source and gives its id. */
  commit(message: string, branch = 'main', folder = this.source): string {
    const ref = `refs/heads/${branch}`
    const parent = tipOf(folder, ref) ?? (branch === 'main' ? null : tipOf(folder, 'refs/heads/main'))
    const tree = git(folder, 'write-tree')
    const parents = parent === null ? [] : ['-p', parent]
    const id = git(folder, 'commit-tree', tree, ...parents, '-m', message)
    git(folder, 'update-ref', ref, id)
    return id
  }

  /** Somebody else's commit, straight on the target. */
  foreignCommit(message: string, branch = 'main', parent?: string): string {
    const tree = git(this.target, 'hash-object', '-t', 'tree', '-w', '/dev/null')
    const id = git(this.target, 'commit-tree', tree, ...(parent === undefined ? [] : ['-p', parent]), '-m', message)
    git(this.target, 'update-ref', `refs/heads/${branch}`, id)
    return id
  }

  hook(name: string, script: string): void {
    const path = join(this.target, 'hooks', name)
    writeFileSync(path, `#!/bin/sh\n${script}\n`)
    chmodSync(path, 0o755)
  }
}

export function tipOf(folder: string, ref: string): string | null {
  try {
    return git(folder, 'rev-parse', '--verify', '--quiet', ref)
  } catch {
    return null
  }
}

export function refsOf(folder: string): Record<string, string> {
  const rows = git(folder, 'for-each-ref', '--format=%(refname) %(objectname)').split('\n')
  return Object.fromEntries(rows.filter((row) => row !== '').map((row) => row.split(' ') as [string, string]))
}

/** Changes whenever anything in the file does. */
export function configHash(source: string): string {
  const path = join(source, '.git', 'config')
  return existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : ''
}
