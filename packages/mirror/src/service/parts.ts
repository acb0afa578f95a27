import type { Logger, RandomSource, TimeSource } from '@montana/foundation'
import type { AlertOutbox } from '../alerts/outbox.js'
import type { Manifest, MirrorConfig, TargetConfig } from '../contracts/config.js'
import type { Fence } from '../contracts/fence.js'
import type { GitProvider } from '../providers/git/provider.js'
import type { GithubProvider } from '../providers/github/provider.js'
import type { MirrorAlert } from '../queue/worker-types.js'
import type { MirrorStore } from '../store/mirror-store.js'

/** A target with the way to it. */
export type Reached =
  | {
      readonly type: 'github'
      readonly target: Extract<TargetConfig, { type: 'github' }>
      readonly provider: GithubProvider
    }
  | { readonly type: 'git'; readonly target: Extract<TargetConfig, { type: 'git' }>; readonly provider: GitProvider }

/** What the work of a primary needs; made by `openMirror`. */
export interface MirrorParts {
  readonly config: MirrorConfig
  readonly manifest: Manifest
  /** Top folder of the repository that is mirrored. */
  readonly source: string
  /** What must never be mirrored, as paths from the top of the source: configuration, data folder, files of tokens and keys. */
  readonly privatePaths: readonly string[]
  /** Values by name, of secrets and variables alike: environment and `.env` of the primary. */
  readonly values: ReadonlyMap<string, string>
  readonly store: MirrorStore
  readonly targets: readonly Reached[]
  /** `github:<numeric id>` of this repository; null where it is not known, and then nothing is fenced. */
  readonly self: string | null
  readonly fence: Fence | null
  /** This repository as its own provider has it; null where it is none of a provider, or does not answer. */
  readonly primary: GithubProvider | null
  readonly actor: string
  readonly time: TimeSource
  readonly random: RandomSource
  readonly log: Logger
  /** Everybody who is told; waits for nobody. */
  readonly alert: (alert: MirrorAlert) => void
  /** Alerts on their way to the webhook; null without one. */
  readonly outbox: AlertOutbox | null
}
