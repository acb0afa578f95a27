import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'
import type { Peer } from './peer.js'

const IDENTITY = ['AUTHOR', 'COMMITTER'].flatMap((who) => [
  [`GIT_${who}_NAME`, 'bench'],
  [`GIT_${who}_EMAIL`, 'bench@montana.invalid'],
])

/** Nothing of the machine's configuration: both sides are measured with the same git. */
export const GIT_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: process.env.PATH ?? '',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  ...Object.fromEntries(IDENTITY),
}

export function gitPeer(): Peer {
  const text = execFileSync('git', ['--version'], { env: GIT_ENVIRONMENT, encoding: 'utf8' })
  const version = /(\d+(?:\.\d+)+)/.exec(text)?.[1] ?? text.trim()
  return { product: 'git', version, role: 'push --mirror, and push of all branches' }
}

/** What a post-receive hook would do: every ref of `here`, and none that it has not. */
export async function pushMirror(here: string, target: string, signal: AbortSignal): Promise<void> {
  await git(['push', '--quiet', '--mirror', target], here, signal)
}

/** Every branch of `here` to a target that has none. */
export async function pushBranches(here: string, target: string, signal: AbortSignal): Promise<void> {
  await git(['push', '--quiet', target, 'refs/heads/*:refs/heads/*'], here, signal)
}

async function git(args: readonly string[], cwd: string, signal: AbortSignal): Promise<void> {
  await promisify(execFile)('git', args, { cwd, env: GIT_ENVIRONMENT, signal })
}
