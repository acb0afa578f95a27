import type { ServiceControl } from '@montana/release'

/** What onboarding is told: spec operations 9.3. Paths of inputs are those of the caller, not below `root`. */
export interface OnboardOptions {
  readonly root: string
  /** Opened and verified release: app, runtime, bin, RELEASE.json. */
  readonly staged: string
  /** Hex text of the key that it is signed with; upgrades are verified with it. */
  readonly releaseKey: string
  /** File or URL. */
  readonly manifest: string | undefined
  readonly operators: string | undefined
  readonly genesis: string | undefined
  readonly label: string
  readonly listen: string
  /** Multiaddr at which the others dial this node. */
  readonly address: string
  /** Where the manifest is looked for from now on. */
  readonly sources: readonly string[]
  readonly mnemonicOut: string | undefined
  /** File with the words; `-` is standard input. */
  readonly restoreFrom: string | undefined
  readonly openMesh: boolean
  readonly requestOnly: boolean
  readonly requireSynced: boolean
  readonly isAdopting: boolean
}

export interface OnboardContext {
  readonly options: OnboardOptions
  readonly services: ServiceControl
}
