import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { drilledBuild, OLD_BUILD_ENVIRONMENT } from './drill/old-build.js'

export interface BuildInfo {
  readonly version: string
  /** Commit of the source checkout, when it runs from one. */
  readonly revision: string | null
}

/** What runs in this process, as its status page and soak records show it. */
export interface RunningBuild extends BuildInfo {
  /** SHA-256 of the release bundle, hex; null where it runs from a checkout. */
  readonly bundle_sha256: string | null
}

const packageRoot = join(import.meta.dirname, '..')

export function buildInfo(): BuildInfo {
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
  return { version, revision: sourceRevision(join(packageRoot, '..', '..', '.git')) }
}

/** The running build, or the one that a drill wants this process to be. */
export function runningBuild(environment: Readonly<Record<string, string | undefined>>): RunningBuild {
  const drilled = environment[OLD_BUILD_ENVIRONMENT]
  return drilled === undefined ? { ...buildInfo(), bundle_sha256: null } : drilledBuild(drilled)
}

/** HEAD of a git folder, without needing git. */
function sourceRevision(gitFolder: string): string | null {
  const read = (name: string) => {
    try {
      return readFileSync(join(gitFolder, name), 'utf8')
    } catch {
      return ''
    }
  }
  const head = read('HEAD').trim()
  const reference = /^ref: (.+)$/.exec(head)?.[1]
  if (!reference) return /^[0-9a-f]{40}$/.test(head) ? head : null
  const packed = new RegExp(`^([0-9a-f]{40}) ${reference}$`, 'm').exec(read('packed-refs'))?.[1]
  return read(reference).trim() || (packed ?? null)
}
