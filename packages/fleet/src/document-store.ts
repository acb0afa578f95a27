import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, errorMessage, writeFileDurably } from '@montana/foundation'
import { z } from 'zod'
import { decideAcceptance, type Highest, higherOf } from './acceptance.js'
import type { DocumentKind, SignedDocument } from './document.js'
import { FleetError } from './errors.js'
import { digestField } from './fields.js'
import {
  type AuthenticDocument,
  authenticate,
  checkContent,
  checkDates,
  parseDocument,
  type VerifiedDocument,
  type VerifyModules,
} from './verify.js'

const CURRENT = 'current.json'
const PREVIOUS = 'previous.json'
const HIGHEST = 'highest.json'
const highestForm = z.strictObject({ version: z.int().min(1), sha256: digestField })

export interface DocumentStoreInit<T extends SignedDocument> {
  readonly kind: DocumentKind<T>
  /** Folder of this kind of document; made if missing, 0700. */
  readonly stateDir: string
  readonly modules: VerifyModules
}

/**
 * The document in force and the highest version ever accepted, on disk. At every instant there is one good document:
 * the new one is renamed into place before "highest seen" is raised. Spec operations 11.2, step 6.
 */
export class DocumentStore<T extends SignedDocument> {
  readonly #init: DocumentStoreInit<T>
  #current: VerifiedDocument<T> | null = null
  #highest: Highest | null = null

  private constructor(init: DocumentStoreInit<T>) {
    this.#init = init
  }

  /** Throws FleetError when the document in force is not one that we would accept but for its dates. */
  static async open<T extends SignedDocument>(init: DocumentStoreInit<T>): Promise<DocumentStore<T>> {
    const store = new DocumentStore(init)
    await mkdir(init.stateDir, { recursive: true, mode: 0o700 })
    await store.#load()
    return store
  }

  get current(): VerifiedDocument<T> | null {
    return this.#current
  }

  /**
   * All steps of acceptance. True: it is in force now; false: it was already. Throws FleetError with the code of the
   * step that refused, and then nothing has changed.
   */
  async accept(bytes: Uint8Array, nowMs: number): Promise<boolean> {
    const { kind, modules } = this.#init
    const authentic = await authenticate(parseDocument(bytes, kind, modules.trust.network), modules)
    checkDates(authentic.document, nowMs)
    if (await this.#isInForce(authentic)) return false
    await this.#replace(await checkContent(authentic, kind, modules.verify))
    return true
  }

  /** Step 4. Throws DOC_ROLLBACK or, after storing both, DOC_EQUIVOCATION. */
  async #isInForce(candidate: AuthenticDocument<T>): Promise<boolean> {
    const { version } = candidate.document
    const decision = decideAcceptance(this.#highest, { version, sha256: candidate.sha256 })
    if (decision === 'rollback') throw rollback(version, this.#highest?.version ?? 0)
    if (decision === 'equivocation') {
      await this.#storeBoth(candidate)
      throw equivocation(version)
    }
    // The mark can be there without its document only when somebody removed that; then it is put back.
    return decision === 'same' && this.#current?.sha256 === candidate.sha256
  }

  async #replace(next: VerifiedDocument<T>): Promise<void> {
    const before = this.#current
    if (before && before.sha256 !== next.sha256) await writeFileDurably(this.#path(PREVIOUS), before.bytes)
    await writeFileDurably(this.#path(CURRENT), next.bytes)
    this.#current = next
    const highest = { version: next.document.version, sha256: next.sha256 }
    await writeFileDurably(this.#path(HIGHEST), `${JSON.stringify(highest)}\n`)
    this.#highest = highest
  }

  async #storeBoth(candidate: AuthenticDocument<T>): Promise<void> {
    for (const { document, bytes, sha256 } of this.#current ? [this.#current, candidate] : [candidate]) {
      await writeFileDurably(this.#path(`equivocation-${document.version}-${sha256.slice(0, 16)}.json`), bytes)
    }
  }

  async #load(): Promise<void> {
    const { kind, modules } = this.#init
    const bytes = await this.#read(CURRENT)
    if (bytes) {
      const authentic = await authenticate(parseDocument(bytes, kind, modules.trust.network), modules)
      this.#current = await checkContent(authentic, kind, modules.verify)
    }
    const marked = await this.#read(HIGHEST)
    const inForce = this.#current && { version: this.#current.document.version, sha256: this.#current.sha256 }
    this.#highest = higherOf(inForce, marked ? parseHighest(marked) : null)
  }

  async #read(name: string): Promise<Uint8Array | undefined> {
    return await readFile(this.#path(name)).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    })
  }

  #path(name: string): string {
    return join(this.#init.stateDir, name)
  }
}

function parseHighest(bytes: Uint8Array): Highest {
  try {
    return highestForm.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch (cause) {
    const remedy = 'restore highest.json from the backup of this host'
    throw new FleetError('DOC_INVALID', `the mark of the highest version: ${errorMessage(cause)}`, { cause, remedy })
  }
}

function rollback(version: number, highest: number): FleetError {
  return new FleetError('DOC_ROLLBACK', `version ${version} is below ${highest}, which was accepted before`, {
    field: 'version',
    remedy: `issue it again with a version above ${highest}`,
    metadata: { version, highest },
  })
}

function equivocation(version: number): FleetError {
  return new FleetError('DOC_EQUIVOCATION', `two documents of version ${version} are validly signed and differ`, {
    field: 'version',
    remedy: 'ask the operators which is theirs, and issue a higher version; both are stored beside the one in force',
    metadata: { version },
  })
}
