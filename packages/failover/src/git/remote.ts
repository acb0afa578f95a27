import { resolve } from 'node:path'
import { FailoverError } from '../errors.js'
import type { Git, GitResult } from './run.js'

/** Full name of a commit, of either object format. */
const OBJECT_NAME = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/

export function isObjectName(text: string): boolean {
  return OBJECT_NAME.test(text)
}

/** Of these refs those that the remote has now. Throws FailoverError GIT_FAILED. */
export async function remoteRefs(
  git: Git,
  url: string,
  refs: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const text = await git.text(['ls-remote', '--refs', '--', url, ...refs], { signal })
  const lines = text.split('\n').map((line) => line.split('\t'))
  // A pattern also matches the end of a longer name.
  const found = lines.flatMap(([name = '', ref = '']): [string, string][] =>
    refs.includes(ref) && isObjectName(name) ? [[ref, name]] : [],
  )
  return new Map(found)
}

/** URL of a remote of a clone; a path is one seen from there. Throws FailoverError GIT_FAILED. */
export async function remoteUrl(clone: Git, remote: string, signal?: AbortSignal): Promise<string> {
  const { code, stdout } = await clone.run(['config', '--get', `remote.${remote}.url`], { signal })
  const url = stdout.toString('utf8').trim()
  if (code !== 0 || url === '') {
    throw new FailoverError('GIT_FAILED', `${clone.folder} is no clone with a remote '${remote}'`, {
      field: 'witnesses',
      remedy: `clone the shared repository there, or name its remote`,
    })
  }
  requireNoCredentials(url, 'witnesses')
  return isPath(url) ? resolve(clone.folder, url) : url
}

/** They would stand in the arguments of git, where every user of the host can read them. Throws GIT_FAILED. */
export function requireNoCredentials(url: string, field: string): void {
  const isHttp = /^https?:\/\/[^/]*@/i.test(url)
  if (!isHttp && !/^[a-z][a-z0-9+.-]*:\/\/[^/@]*:[^/]*@/i.test(url)) return
  throw new FailoverError('GIT_FAILED', 'the URL of the remote carries a user or password', {
    field,
    remedy: 'use ssh with a key, or https with ~/.netrc (mode 0600)',
  })
}

/** Neither `scheme://…` nor `host:path`. */
function isPath(text: string): boolean {
  return !/^[a-z][a-z0-9+.-]*:\/\//i.test(text) && !/^[^/]+:/.test(text)
}

/** Which ref was not taken and why, in the words of git; null where git was not told. */
export function rejection({ stdout }: GitResult): string | null {
  const lines = [...stdout.toString('utf8').matchAll(/^!\t[^\t]*?:([^\t:]*)\t(.+)$/gm)]
  const reasons = lines.map(([, ref, reason]) => `${ref} ${reason}`)
  // Of an atomic push the others only say that it was one.
  return reasons.find((reason) => !reason.includes('atomic')) ?? reasons[0] ?? null
}
