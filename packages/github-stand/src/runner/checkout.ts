import { join } from 'node:path'
import { appendSettings } from '../git/bare-repository.js'
import { runGit } from '../git/run-git.js'

export interface Checkout {
  readonly folder: string
  readonly url: string
  readonly branch: string
  readonly commit: string
  /** `GITHUB_TOKEN` of the run; without `contents` it cannot clone. */
  readonly token: string
  /** `with:` of the step. */
  readonly inputs: Readonly<Record<string, string>>
}

/** Of `actions/checkout`, when the step does not say. */
const DEFAULT_DEPTH = '1'

/** What `actions/checkout` does: a shallow checkout unless told otherwise, with the token left in `.git/config` unless told otherwise. */
export async function checkOut({ folder, url, branch, commit, token, inputs }: Checkout): Promise<void> {
  const { 'fetch-depth': depth = DEFAULT_DEPTH, 'persist-credentials': persist = 'true', ref } = inputs
  const header = `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
  const { origin } = new URL(url)
  const key = `http.${origin}/.extraheader`
  const environment = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: key, GIT_CONFIG_VALUE_0: header }
  await runGit(folder, ['init', '--quiet', '--initial-branch', branch])
  await runGit(folder, ['remote', 'add', 'origin', url])
  const { refspecs, start } = depth === '0' ? everything(commit, ref) : oneCommit(commit, ref, Number(depth))
  await runGit(folder, ['fetch', '--quiet', '--no-tags', ...refspecs], { environment })
  await runGit(folder, ['checkout', '--quiet', '-B', ref ?? branch, start])
  if (persist !== 'false') await appendSettings(join(folder, '.git'), [[`http "${origin}/"`, 'extraheader', header]])
}

interface Fetch {
  /** Arguments of `git fetch`. */
  readonly refspecs: readonly string[]
  /** What is checked out. */
  readonly start: string
}

function everything(commit: string, ref: string | undefined): Fetch {
  const refspecs = ['origin', '+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*']
  return { refspecs, start: ref === undefined ? commit : `refs/remotes/origin/${ref}` }
}

function oneCommit(commit: string, ref: string | undefined, depth: number): Fetch {
  const start = 'refs/remotes/origin/checked-out'
  return { refspecs: [`--depth=${depth}`, 'origin', `+${ref ?? commit}:${start}`], start }
}
