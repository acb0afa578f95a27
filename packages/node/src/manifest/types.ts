import type { DocumentState, DocumentVerifier } from '@montana/fleet'
import type { TimeSource } from '@montana/foundation'
import type { GenesisDocument } from '@montana/ledger'
import type { Manifest } from '@montana/network'

export interface ManifestSettings {
  /** The file that is configured; whoever distributes manifests replaces it. */
  readonly path: string
  /** The trust root; without one the file is taken as it is. */
  readonly operatorsPath: string | undefined
  /** Keeps the manifest in force and the highest version seen of this node. */
  readonly stateDir: string
  readonly genesis: GenesisDocument
  /** What else must hold of every manifest; throws ConfigError. */
  readonly admit: (manifest: Manifest) => void
}

export interface ManifestModules {
  readonly verify: DocumentVerifier
  readonly time: TimeSource
}

export interface ManifestFacts {
  /** Null: unsigned. */
  readonly version: number | null
  /** Of the content where it is signed, else of the file; lower hex. */
  readonly sha256: string
  readonly notAfterMs: number | null
  readonly state: DocumentState | 'unsigned'
  /** Labels whose key the operators replaced because it was lost. */
  readonly keyLost: readonly string[]
}

/** Why the file is not in force. */
export interface ManifestRefusal {
  readonly code: string
  readonly message: string
}

/** The manifest in force and the file that it came from. */
export interface ManifestSource {
  readonly manifest: Manifest
  /** The bytes in force, to be handed on. */
  readonly bytes: Uint8Array
  readonly isSigned: boolean
  facts(nowMs: number): ManifestFacts
  /** Of the file as it was read last; null: it is the one in force. */
  readonly refusal: ManifestRefusal | null
  /** Writes down what {@link ManifestSource.manifest} is; nothing is written before. */
  commit(): Promise<void>
  /** Reads the file again. True: another manifest is in force. Never throws for a bad file. */
  reload(): Promise<boolean>
}
