import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { drilledBuild, OLD_BUILD_ENVIRONMENT } from './drill/old-build.js'

export interface BuildInfo {
  readonly version: string
  /** Commit of the sources: of the checkout that it runs from, or of the release; null where neither is known. */
  readonly revision: string | null
}

/** What runs in this process, as its status page and soak records show it. */
export interface RunningBuild extends BuildInfo {
  /** SHA-256 of the product in the release bundle (`app_sha256`), hex; null where it runs from a checkout. */
  readonly bundle_sha256: string | null
}

const packageRoot = join(import.meta.dirname, '..')

export function buildInfo(): BuildInfo {
  const release = installedRelease(join(packageRoot, '..', '..', '..', 'RELEASE.json'))
  if (release) return { version: release.version, revision: release.revision }
  const { version } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
  return { version, revision: sourceRevision(join(packageRoot, '..', '..', '.git')) }
}

/** The running build, or the one that a drill wants this process to be. */
export function runningBuild(environment: Readonly<Record<string, string | undefined>>): RunningBuild {
  const drilled = environment[OLD_BUILD_ENVIRONMENT]
  if (drilled !== undefined) return drilledBuild(drilled)
  const release = installedRelease(join(packageRoot, '..', '..', '..', 'RELEASE.json'))
  return { ...buildInfo(), bundle_sha256: release?.app_sha256 ?? null }
}

interface InstalledRelease {
  readonly version: string
  readonly revision: string
  readonly app_sha256: string
}

/** What the installer left beside the product: spec operations 9.2. A checkout has none. */
function installedRelease(file: string): InstalledRelease | undefined {
  try {
    const release = JSON.parse(readFileSync(file, 'utf8')) as InstalledRelease & { schema?: unknown }
    return release.schema === 'montana.release/1' ? release : undefined
  } catch {
    return undefined
  }
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
