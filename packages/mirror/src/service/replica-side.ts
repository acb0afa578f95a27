import { join } from 'node:path'
import type { GithubTarget } from '../contracts/config.js'
import { MirrorError } from '../contracts/errors.js'
import type { RemoteGit } from '../fence/git-calls.js'
import { openRemoteGit } from '../fence/remote-git.js'
import type { GithubProvider } from '../providers/github/provider.js'
import { type DocumentStore, openDocumentStore } from '../sentinel/document-store.js'
import { findTarget } from './find-target.js'
import type { MirrorParts } from './parts.js'

/** A replica as the one whose role changes. */
export interface ReplicaSide {
  readonly target: GithubTarget
  readonly provider: GithubProvider
  /** `github:<numeric id>`. */
  readonly id: string
  /** Its default branch. */
  readonly branch: string
  readonly git: RemoteGit
  /** Memory of its sentinel. */
  readonly document: DocumentStore
}

const DEFAULT_BRANCH = 'main'

/** Throws TARGET_NOT_FOUND, and NOT_PROMOTABLE for an archive. */
export async function openReplica(parts: MirrorParts, name: string, signal: AbortSignal): Promise<ReplicaSide> {
  const reached = findTarget(parts.targets, name)
  if (reached.type === 'git') {
    throw new MirrorError('NOT_PROMOTABLE', `${name} is an archive: it holds code only`, {
      remedy: 'choose a target of type github',
    })
  }
  const { target, provider } = reached
  const { id, defaultBranch } = await provider.describe(signal)
  const git = await openSide(parts, `${name}.git`, provider, signal)
  return { target, provider, id, branch: defaultBranch ?? DEFAULT_BRANCH, git, document: openDocumentStore(git) }
}

/** A bare repository of our own in the data folder, with access to one side. */
export async function openSide(
  { store }: MirrorParts,
  folder: string,
  provider: GithubProvider,
  signal: AbortSignal,
): Promise<RemoteGit> {
  return await openRemoteGit(
    { folder: join(store.folder, 'sides', folder), access: (stop) => provider.gitAccess(stop) },
    signal,
  )
}
