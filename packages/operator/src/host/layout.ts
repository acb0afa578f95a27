import { join } from 'node:path'

/** Where things lie on a host, before a root is put in front: spec operations 1. */
export const PATHS = {
  releases: '/opt/montana/releases',
  current: '/opt/montana/current',
  command: '/usr/local/bin/montana',
  config: '/etc/montana',
  nodeConfig: '/etc/montana/node.yaml',
  fleetConfig: '/etc/montana/fleet.yaml',
  operators: '/etc/montana/operators.json',
  releaseKey: '/etc/montana/release.pub',
  genesis: '/etc/montana/genesis.json',
  firstManifest: '/etc/montana/manifest.json',
  /** What onboarding was told that no configuration holds. */
  record: '/etc/montana/onboard.json',
  state: '/var/lib/montana',
  joinRequest: '/var/lib/montana/join-request.json',
  fleet: '/var/lib/montana-fleet',
  manifest: '/var/lib/montana-fleet/manifest.json',
  soak: '/var/lib/montana-soak',
  explorer: '/var/lib/montana-explorer',
  units: '/etc/systemd/system',
  backups: '/var/backups',
} as const

/** `path` below `root`; for the root `/` itself. */
export function within(root: string, path: string): string {
  return root === '/' ? path : join(root, path)
}

export const USERS = ['montana', 'montana-fleet', 'montana-soak'] as const
export type User = (typeof USERS)[number]
export type Owner = User | 'root'

export interface WantedFolder {
  readonly path: string
  readonly mode: number
  readonly owner: Owner
}

/** In the order in which they are made. */
export const FOLDERS: readonly WantedFolder[] = [
  { path: '/opt/montana', mode: 0o755, owner: 'root' },
  { path: PATHS.releases, mode: 0o755, owner: 'root' },
  { path: PATHS.config, mode: 0o755, owner: 'root' },
  { path: PATHS.state, mode: 0o750, owner: 'montana' },
  { path: PATHS.fleet, mode: 0o755, owner: 'montana-fleet' },
  { path: PATHS.soak, mode: 0o750, owner: 'montana-soak' },
  { path: PATHS.explorer, mode: 0o755, owner: 'montana-soak' },
]
