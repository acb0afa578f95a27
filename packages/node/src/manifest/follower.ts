import { createDocumentMetrics, type DocumentMetrics, type DocumentState, worstState } from '@montana/fleet'
import {
  errorCode,
  errorMessage,
  formatTime,
  type Logger,
  type MetricsRegistry,
  type TimeSource,
} from '@montana/foundation'
import type { Manifest } from '@montana/network'
import { isFull } from '../runtime/disk-gate.js'
import type { NodeStatus } from '../status/schema.js'
import { FileWatch } from './file-watch.js'
import type { ManifestSource } from './types.js'

const KIND = 'manifest'
/** Findings: the file was refused; a key was replaced because it was lost. */
const MANIFEST_REFUSED = 'ManifestRefused'
const KEY_REPLACED = 'NodeKeyReplaced'
/** In `degraded[]`: a closed mesh refuses this node. */
const NOT_ALLOWED = 'PEER_NOT_ALLOWED'

/** What only those who fetch can know; dates this node reads itself. */
const OFFERED: ReadonlySet<DocumentState> = new Set(['rollback', 'equivocation'])

export interface ManifestFollowerInit {
  readonly path: string
  readonly source: ManifestSource
  /** `Qm…` of this node. */
  readonly ownPeerId: string
  readonly registry: MetricsRegistry
  readonly logger: Logger
  readonly time: TimeSource
  readonly apply: (manifest: Manifest) => void
  readonly finding: (code: string, detail: string) => void
}

/** Follows the file of the manifest while the node runs: spec operations 11.3. */
export class ManifestFollower {
  readonly #init: ManifestFollowerInit
  readonly #metrics: DocumentMetrics
  readonly #watch: FileWatch | undefined
  readonly #keysSaid = new Set<string>()
  #turn: Promise<void> = Promise.resolve()
  #refusalSaid = ''
  #isUnwritten = false
  #versionShown: number | null = null

  constructor(init: ManifestFollowerInit) {
    this.#init = init
    this.#metrics = createDocumentMetrics(init.registry)
    // Nobody vouches for a change of an unsigned file: it is read again when an operator says so.
    if (!init.source.isSigned) return
    this.#watch = new FileWatch(
      init.path,
      () => void this.reload(),
      () => isPassing(init.source.refusal?.code) || this.#isUnwritten,
    )
  }

  /** Call once the mesh is up: from here on it is told of other manifests. */
  async start(): Promise<void> {
    await this.#commit()
    this.#say()
    await this.#watch?.start()
  }

  async stop(): Promise<void> {
    this.#watch?.stop()
    await this.#turn
  }

  /** One at a time, in the order of the calls. */
  reload(): Promise<void> {
    const { logger } = this.#init
    this.#turn = this.#turn
      .then(() => this.#reload())
      .catch((error: unknown) => logger.error({ code: errorCode(error), message: errorMessage(error) }, 'manifest'))
    return this.#turn
  }

  /** `offered`: what the sync job of this host was offered tells too, unless the file is not signed. */
  status(offered: DocumentState): NonNullable<NodeStatus['manifest']> {
    const { version, sha256, notAfterMs, state } = this.#facts
    const worst = state === 'unsigned' || !OFFERED.has(offered) ? state : worstState(state, offered)
    return { version, sha256, not_after: notAfterMs === null ? null : formatTime(notAfterMs), state: worst }
  }

  get degraded(): string[] {
    const { source, ownPeerId } = this.#init
    const isNamed = source.manifest.peers.some(({ peerId }) => peerId === ownPeerId)
    return source.isSigned && !isNamed ? [NOT_ALLOWED] : []
  }

  /** Of a signed manifest: to be handed on to whoever asks. */
  get document(): Uint8Array | undefined {
    const { source } = this.#init
    return source.isSigned ? source.bytes : undefined
  }

  get #facts() {
    return this.#init.source.facts(this.#init.time.wallMs())
  }

  async #reload(): Promise<void> {
    const { source, apply, logger } = this.#init
    await this.#commit()
    if (await source.reload()) {
      apply(source.manifest)
      logger.info({ version: this.#facts.version, peers: source.manifest.peers.length }, 'another manifest is in force')
    }
    this.#say()
  }

  /** On a full disk later: the manifest in force is in force without its copy. */
  async #commit(): Promise<void> {
    try {
      await this.#init.source.commit()
      this.#isUnwritten = false
    } catch (error) {
      if (!isFull(error)) throw error
      this.#isUnwritten = true
    }
  }

  /** What the file and the manifest in force have to tell, each once. */
  #say(): void {
    const { refusal } = this.#init.source
    const key = refusal ? `${refusal.code} ${refusal.message}` : ''
    if (refusal && key !== this.#refusalSaid) this.#sayRefused(refusal.code, refusal.message)
    this.#refusalSaid = key
    this.#sayKeys()
    this.#publish()
  }

  #sayRefused(code: string, message: string): void {
    this.#metrics.refused.inc({ kind: KIND, code })
    this.#init.logger.error({ code, message }, 'manifest refused, the one in force stays')
    this.#init.finding(MANIFEST_REFUSED, `${code}: ${message}`)
  }

  #sayKeys(): void {
    for (const label of this.#facts.keyLost) {
      if (this.#keysSaid.has(label)) continue
      this.#keysSaid.add(label)
      this.#init.finding(KEY_REPLACED, `${label}: the operators replaced its key, which was lost`)
    }
  }

  #publish(): void {
    const { version, notAfterMs } = this.#facts
    if (version === null || notAfterMs === null) return
    const before = this.#versionShown
    if (before !== null && before !== version) this.#metrics.info.set({ kind: KIND, version: String(before) }, 0)
    this.#versionShown = version
    this.#metrics.info.set({ kind: KIND, version: String(version) }, 1)
    this.#metrics.notAfter.set({ kind: KIND }, notAfterMs / 1000)
  }
}

/** A clock that is set, or a disk that has room again, makes the same file a good one. */
function isPassing(code: string | undefined): boolean {
  return code !== undefined && (code === 'DOC_EARLY' || !code.startsWith('DOC_'))
}
