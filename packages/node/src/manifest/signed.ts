import {
  type DocumentKind,
  DocumentStore,
  FleetError,
  type ManifestDocument,
  manifestKind,
  parseDocument,
  readDocumentFile,
  readTrustRoot,
  stateByDates,
  type VerifiedDocument,
  worstState,
} from '@montana/fleet'
import { ConfigError, errorCode, errorMessage, type MontanaError } from '@montana/foundation'
import { type Manifest, parseManifest } from '@montana/network'
import { genesisMembers } from './genesis-members.js'
import type { ManifestFacts, ManifestModules, ManifestRefusal, ManifestSettings, ManifestSource } from './types.js'

/** A good document that came at the wrong time: the one in force stays, and is all that a node needs. */
const UNTIMELY: ReadonlySet<string> = new Set(['DOC_EXPIRED', 'DOC_EARLY', 'DOC_ROLLBACK', 'DOC_EQUIVOCATION'])

type Verified = VerifiedDocument<ManifestDocument>

interface InForce {
  readonly document: Verified
  readonly manifest: Manifest
}

/** The manifest that the operators signed: spec operations 11. */
export class SignedManifest implements ManifestSource {
  readonly isSigned = true
  readonly #settings: ManifestSettings
  readonly #modules: ManifestModules
  readonly #kind: DocumentKind<ManifestDocument>
  readonly #store: DocumentStore<ManifestDocument>
  #inForce: InForce
  #isWritten: boolean
  #refusal: ManifestRefusal | null

  private constructor(
    settings: ManifestSettings,
    modules: ManifestModules,
    {
      kind,
      store,
      begin,
    }: { kind: DocumentKind<ManifestDocument>; store: DocumentStore<ManifestDocument>; begin: Begin },
  ) {
    this.#settings = settings
    this.#modules = modules
    this.#kind = kind
    this.#store = store
    this.#inForce = begin.inForce
    this.#isWritten = !begin.isNew
    this.#refusal = begin.refusal
  }

  /**
   * The file, or, where that came at the wrong time, the manifest that was in force when this node last ran. Writes
   * nothing. Throws ConfigError for a file that is not validly signed or breaks a rule, and for an untimely one when
   * there is no other.
   */
  static async open(settings: ManifestSettings, modules: ManifestModules, operators: string): Promise<SignedManifest> {
    const { stateDir, genesis } = settings
    const trust = await readTrustRoot(operators)
    const kind = manifestKind(genesisMembers(genesis))
    // A manifest of other operators is none any more; the mark of the highest version still counts.
    const onUnusable = () => {}
    const store = await DocumentStore.open({ kind, stateDir, modules: { trust, verify: modules.verify }, onUnusable })
    const begin = await beginWith(settings, modules, kind, store)
    return new SignedManifest(settings, modules, { kind, store, begin })
  }

  get manifest(): Manifest {
    return this.#inForce.manifest
  }

  get bytes(): Uint8Array {
    return this.#inForce.document.bytes
  }

  get refusal(): ManifestRefusal | null {
    return this.#refusal
  }

  facts(nowMs: number): ManifestFacts {
    const { document, sha256 } = this.#inForce.document
    const offered = this.#refusal?.code === 'DOC_ROLLBACK' ? 'rollback' : 'valid'
    const twofold = this.#store.equivocation === null ? 'valid' : 'equivocation'
    return {
      version: document.version,
      sha256,
      notAfterMs: Date.parse(document.not_after),
      state: worstState(stateByDates(document, nowMs), offered, twofold),
      keyLost: document.peers.filter(({ replaced }) => replaced).map(({ label }) => label),
    }
  }

  async commit(): Promise<void> {
    if (this.#isWritten) return
    await this.#store.adopt(this.#inForce.document)
    this.#isWritten = true
  }

  async reload(): Promise<boolean> {
    try {
      const bytes = await readDocumentFile(this.#settings.path)
      const { sha256 } = parseDocument(bytes, this.#kind, this.#inForce.document.document.network)
      const isNew = sha256 !== this.#inForce.document.sha256 && (await this.#take(bytes))
      this.#refusal = null
      return isNew
    } catch (error) {
      this.#refusal = { code: errorCode(error), message: errorMessage(error) }
      return false
    }
  }

  async #take(bytes: Uint8Array): Promise<boolean> {
    const { verified, isNew } = await this.#store.judge(bytes, this.#modules.time.wallMs())
    if (!isNew) return false
    const manifest = toManifest(verified, this.#settings)
    await this.#store.adopt(verified)
    this.#inForce = { document: verified, manifest }
    return true
  }
}

interface Begin {
  readonly inForce: InForce
  readonly isNew: boolean
  readonly refusal: ManifestRefusal | null
}

async function beginWith(
  settings: ManifestSettings,
  { time }: ManifestModules,
  kind: DocumentKind<ManifestDocument>,
  store: DocumentStore<ManifestDocument>,
): Promise<Begin> {
  const { current } = store
  try {
    const bytes = await readDocumentFile(settings.path)
    const { sha256 } = parseDocument(bytes, kind, settings.genesis.networkName)
    // In force before, it stays so whatever its dates.
    if (current && current.sha256 === sha256) return keep(current, settings, null)
    const { verified, isNew } = await store.judge(bytes, time.wallMs())
    return { inForce: { document: verified, manifest: toManifest(verified, settings) }, isNew, refusal: null }
  } catch (error) {
    if (current && UNTIMELY.has(errorCode(error))) {
      return keep(current, settings, { code: errorCode(error), message: errorMessage(error) })
    }
    throw asConfigError(settings.path, error)
  }
}

function keep(document: Verified, settings: ManifestSettings, refusal: ManifestRefusal | null): Begin {
  return { inForce: { document, manifest: toManifest(document, settings) }, isNew: false, refusal }
}

/** A signed manifest is a base manifest too, and read as one. */
function toManifest({ document }: Verified, { path, admit }: ManifestSettings): Manifest {
  const manifest = parseManifest(JSON.stringify(document), path)
  admit(manifest)
  return manifest
}

function asConfigError(path: string, error: unknown): unknown {
  if (!(error instanceof FleetError)) return error
  const { code, message, field, remedy } = error as MontanaError
  const advice = remedy ?? 'get the manifest that the operators signed last, or the operators.json of this network'
  return new ConfigError(`${path}: ${message}`, { code, field: field ?? 'genesis-manifest', remedy: advice })
}
