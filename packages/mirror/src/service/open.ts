import { join } from 'node:path'
import {
  type Logger,
  type RandomSource,
  silentLogger,
  systemRandom,
  systemTime,
  type TimeSource,
} from '@montana/foundation'
import type { GithubTarget, Manifest, MirrorConfig, TargetConfig } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import type { Fence } from '../contracts/fence.js'
import { GitFence } from '../fence/git-fence.js'
import { openRemoteGit } from '../fence/remote-git.js'
import { GitProvider } from '../providers/git/provider.js'
import type { Clock } from '../providers/github/clock.js'
import { createGithubProvider, type GithubProvider, type Pace } from '../providers/github/provider.js'
import { createGitAccess } from '../push/access.js'
import type { WorkerTiming } from '../queue/constants.js'
import type { MirrorAlert } from '../queue/worker-types.js'
import { openMirrorStore } from '../store/open.js'
import { openAlerts } from './alerts.js'
import { privatePaths } from './exposed.js'
import { Mirror } from './mirror.js'
import type { MirrorParts, Reached } from './parts.js'

export interface OpenMirrorInit {
  readonly config: MirrorConfig
  readonly manifest: Manifest
  readonly source: string
  readonly dataFolder: string
  /** With `MIRROR_*` keys; `.env` of the source by default. */
  readonly envFile?: string
  readonly values: ReadonlyMap<string, string>
  readonly actor: string
  /** Of the primary itself; its API gives the numeric id that the fence knows. Null: not on a provider with ids. */
  readonly primary: GithubProvider | null
  /** Opens also when the primary does not answer, as an operator needs it who promotes a replica in its place. */
  readonly isPrimaryOptional?: boolean
  readonly time?: TimeSource
  readonly clock?: Clock
  readonly pace?: Pace
  readonly random?: RandomSource
  readonly log?: Logger
  readonly alert?: (alert: MirrorAlert) => void
  readonly timing?: Partial<WorkerTiming>
}

/** Opens store, targets and fence of a primary; the fence is contacted, targets are not. Throws MirrorError. */
export async function openMirror(init: OpenMirrorInit, signal: AbortSignal): Promise<Mirror> {
  const targets = init.config.targets.map((target) => reach(target, init))
  const self = await ownId(init, signal)
  const isFenced = self !== null || init.isPrimaryOptional === true
  const fence = isFenced ? await openFence(init, targets, signal) : null
  const primary = self === null ? null : init.primary
  const parts = partsOf(init, { targets, self, fence, primary })
  for (const alert of unfenced(init)) parts.alert(alert)
  return new Mirror(parts, init.timing)
}

export type ReopenInit = Pick<OpenMirrorInit, 'config' | 'values' | 'primary' | 'clock' | 'pace'>

/** An open mirror by another configuration, or asked again for its own id: store, manifest and clocks stay. Throws MirrorError. */
export async function reopenedParts(parts: MirrorParts, init: ReopenInit, signal: AbortSignal): Promise<MirrorParts> {
  const { config, values } = init
  const targets = config.targets.map((target) => reach(target, init))
  const self = parts.self ?? (await ownId({ primary: init.primary, isPrimaryOptional: true }, signal))
  const fence = await openFence({ config, dataFolder: parts.store.folder }, targets, signal)
  const primary = self === null ? null : (parts.primary ?? init.primary)
  return { ...parts, config, values, targets, self, fence, primary }
}

function partsOf(
  init: OpenMirrorInit,
  found: Pick<MirrorParts, 'targets' | 'self' | 'fence' | 'primary'>,
): MirrorParts {
  const { config, manifest, source, values, actor } = init
  const { time = systemTime, random = systemRandom, log = silentLogger } = init
  const store = openMirrorStore(init.dataFolder)
  const outbox = openAlerts({ config, manifest, values, store, time, random, log })
  const alert = (told: MirrorAlert) => {
    outbox?.post({ ...told, epoch: null })
    init.alert?.(told)
  }
  const guarded = privatePaths({ envFile: join(source, '.env'), ...init })
  return {
    config,
    manifest,
    source,
    privatePaths: guarded,
    values,
    store,
    ...found,
    actor,
    time,
    random,
    log,
    alert,
    outbox,
  }
}

/** Without the numeric id of the primary nothing is fenced: a replica would never be promoted, and nobody would notice. */
function unfenced({ config, primary }: OpenMirrorInit): MirrorAlert[] {
  const replica = config.targets.find(({ slot }) => slot === config.fenceSlot)
  if (primary !== null || replica === undefined || !config.enabled || !config.autoPromote) return []
  const remedy = 'set MASTER_REPO (and MASTER_TOKEN) to this repository, or MIRROR_AUTO_PROMOTE=false'
  const message = 'MASTER_REPO is not set: no fence is written, so this replica is never promoted by itself'
  return [{ mirror: replica.name, layer: null, code: 'UNFENCED', message, remedy }]
}

async function ownId(
  { primary, isPrimaryOptional = false }: Pick<OpenMirrorInit, 'primary' | 'isPrimaryOptional'>,
  signal: AbortSignal,
): Promise<string | null> {
  if (primary === null) return null
  try {
    return (await primary.describe(signal)).id
  } catch (error) {
    if (isPrimaryOptional && error instanceof MirrorError) return null
    throw error
  }
}

export function reach(target: TargetConfig, modules: Pick<OpenMirrorInit, 'clock' | 'pace'>): Reached {
  if (target.type === 'git') return { type: 'git', target, provider: new GitProvider(target) }
  return { type: 'github', target, provider: githubProvider(target, modules) }
}

export function githubProvider(
  target: GithubTarget,
  { clock, pace }: Pick<OpenMirrorInit, 'clock' | 'pace'>,
): GithubProvider {
  const optional = { ...(clock && { clock }), ...(pace && { pace }) }
  return createGithubProvider(target, { access: createGitAccess, proxyEnvironment: process.env, ...optional })
}

async function openFence(
  { config, dataFolder }: Pick<OpenMirrorInit, 'config' | 'dataFolder'>,
  targets: readonly Reached[],
  signal: AbortSignal,
): Promise<Fence | null> {
  const holder = targets.find(({ target }) => target.slot === config.fenceSlot)
  if (holder === undefined) return null
  const access = (stop: AbortSignal) => holder.provider.gitAccess(stop)
  return new GitFence(await openRemoteGit({ folder: join(dataFolder, 'fence.git'), access }, signal))
}
