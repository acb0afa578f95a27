import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Git as an operator runs it; throws with its words. */
export function git(folder: string, ...args: string[]): string {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.invalid']
  const env = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' }
  return execFileSync('git', ['-C', folder, ...identity, ...args], { encoding: 'utf8', env, stdio: 'pipe' }).trim()
}

/** A folder that goes with the test, a hub in it, and clones of that. */
export class GitWorld {
  readonly folder = mkdtempSync(join(tmpdir(), 'failover-git-'))
  readonly hub = join(this.folder, 'hub.git')

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 }))
    git(this.folder, 'init', '--quiet', '--bare', '--initial-branch=main', this.hub)
  }

  clone(name: string): string {
    const path = join(this.folder, name)
    git(this.folder, 'clone', '--quiet', this.hub, path)
    return path
  }

  /** The commit of a ref at the hub; undefined where there is none. */
  at(ref: string): string | undefined {
    const line = git(this.hub, 'for-each-ref', '--format=%(objectname) %(refname)').split('\n')
    return line.find((entry) => entry.endsWith(` ${ref}`))?.split(' ')[0]
  }

  /** A commit in a clone; its name. */
  commit(clone: string, text: string): string {
    writeFileSync(join(clone, 'file'), text)
    git(clone, 'add', 'file')
    git(clone, 'commit', '--quiet', '-m', text)
    return git(clone, 'rev-parse', 'HEAD')
  }

  /** A hook of the hub, as a shell script. */
  hook(name: string, script: string): void {
    writeFileSync(join(this.hub, 'hooks', name), script, { mode: 0o755 })
  }
}
