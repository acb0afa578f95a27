import { readlink, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncDirectory } from '@montana/foundation'
import type { ReleaseDescription } from '../verifier/verifier.js'

/** Where releases lie: spec operations 1. `root` prefixes all paths. */
export interface Layout {
  readonly root: string
  readonly base: string
  readonly releases: string
  /** The link to the active release. */
  readonly current: string
  /** What an upgrade has begun and not ended. */
  readonly journal: string
  readonly history: string
  readonly lock: string
  /** Copies of what a migration changes; 0700. */
  readonly backups: string
  /** The public key of who issues our releases, hex. */
  readonly key: string
  readonly nodeConfig: string
  readonly units: string
}

export function layoutOf(root: string): Layout {
  const base = join(root, 'opt/montana')
  const at = (name: string) => join(base, name)
  return {
    ...{ root, base, releases: at('releases'), current: at('current') },
    ...{ journal: at('upgrade.json'), history: at('history.json'), lock: join(root, 'run/montana-upgrade.lock') },
    backups: join(root, 'var/lib/montana-backups'),
    key: join(root, 'etc/montana/release.pub'),
    nodeConfig: join(root, 'etc/montana/node.yaml'),
    units: join(root, 'etc/systemd/system'),
  }
}

/** `<version>-<id12>` */
export function releaseName({ version, app_sha256 }: ReleaseDescription): string {
  return `${version}-${app_sha256.slice(0, 12)}`
}

export const RELEASE_NAME = /^[0-9A-Za-z.+-]{1,64}-[0-9a-f]{12}$/

/** The active release by name; null where none is. */
export async function currentRelease({ current }: Layout): Promise<string | null> {
  const target = await readlink(current).catch(() => null)
  return target === null ? null : basename(target)
}

/** One rename: at every instant there is a complete active release. */
export async function activate({ current }: Layout, name: string): Promise<void> {
  const next = `${current}.next`
  await rm(next, { force: true })
  await symlink(join('releases', name), next)
  await rename(next, current)
  await syncDirectory(dirname(current))
}
