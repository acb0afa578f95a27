import { realpathSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { ConfigError } from '@montana/foundation'
import type { Tips } from '../contracts/push.js'
import { selectRefs } from '../decide/refs.js'
import { gitText, type SourceCall } from '../push/git.js'
import { localTips } from '../push/source.js'

/** Keys whose values are paths of files with a secret. */
const SECRET_FILES = /^MIRROR_(?:\d+_(?:TOKEN_FILE|SENTINEL_TOKEN_FILE|APP_KEY_FILE|SSH_KEY_PATH)|KEY_FILE)$/

export interface PrivatePathsInit {
  readonly source: string
  readonly envFile: string
  readonly dataFolder: string
  readonly values: ReadonlyMap<string, string>
}

/** What must never be mirrored, as paths from the top of the source; what lies outside of it is left out. */
export function privatePaths({ source, envFile, dataFolder, values }: PrivatePathsInit): readonly string[] {
  const files = [...values].flatMap(([key, path]) => (SECRET_FILES.test(key) && path !== '' ? [path] : []))
  const all = [envFile, dataFolder, ...files].flatMap((path) => inside(source, path))
  return [...new Set(all)]
}

/**
 * Refuses a source that would carry its own credentials to a target. Throws ConfigError (78) that names the first ref and
 * path. Contacts nobody. Spec repository-mirror 1.6.
 */
export async function refuseExposed(
  call: SourceCall,
  patterns: readonly string[],
  paths: readonly string[],
): Promise<void> {
  const [found] = paths.length === 0 ? [] : await trackedIn(call, selectRefs(await localTips(call), patterns), paths)
  if (found === undefined) return
  const { ref, path } = found
  throw new ConfigError(`${ref} tracks ${path}, which holds credentials: it is not mirrored`, {
    field: path,
    remedy: `take it out with \`git rm -r --cached -- ${path}\`, ignore it and amend the commit (\`git commit --amend\`); where an older commit has it, renew every secret that stood in it`,
  })
}

/** One process for all: git is asked for the same few paths in each tip. */
async function trackedIn(call: SourceCall, tips: Tips, paths: readonly string[]) {
  const refs = new Map([...tips].map(([ref, tip]) => [tip, ref]))
  const asked = [...refs].flatMap(([tip, ref]) => paths.map((path) => ({ ref, path, spec: `${tip}:${path}` })))
  if (asked.length === 0) return []
  const input = asked.map(({ spec }) => `${spec}\n`).join('')
  const answers = (await gitText({ ...call, input }, ['cat-file', '--batch-check=%(objecttype)'])).split('\n')
  return asked.filter((_, at) => /^(?:blob|tree|commit)$/.test(answers[at] ?? ''))
}

/** As it is written and as it really is; git names paths with slashes, and a line end would be a path of its own. */
function inside(source: string, path: string): string[] {
  const real = [realOf(source), realOf(path)] as const
  const found = [relative(resolve(source), resolve(path)), relative(...real)]
  return found.filter(isInside).map((each) => each.split(sep).join('/'))
}

function isInside(path: string): boolean {
  return path !== '' && path !== '..' && !path.startsWith(join('..', sep)) && !isAbsolute(path) && !/[\n\0]/.test(path)
}

function realOf(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return resolve(path)
  }
}
