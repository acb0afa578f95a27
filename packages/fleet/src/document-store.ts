import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, errorMessage, makeDirectory, writeFileDurably } from '@montana/foundation'
import { z } from 'zod'
import { decideAcceptance, type Highest, higherOf } from './acceptance.js'
import type { DocumentKind, SignedDocument } from './document.js'
import { type DocumentFiles, PRIVATE_FILES } from './document-files.js'
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

const highestForm = z.strictObject({ version: z.int().min(1), sha256: digestField })
/** Characters of the digest in a file's name. */
const DIGEST_SHOWN = 16

export interface DocumentStoreInit<T extends SignedDocument> {
  readonly kind: DocumentKind<T>
  /** Folder of the documents; made by the first write. */
  readonly stateDir: string
  readonly modules: VerifyModules
  /** Default: a folder of its own. */
  readonly files?: DocumentFiles
  /**
   * What to do about a document in force that would not be accepted but for its dates. Default: throw. With it, the store
   * opens without one, and the mark of the highest version still counts.
   */
  readonly onUnusable?: (error: unknown) => void
}

export interface JudgeOptions {
  /** A version that may be accepted although a higher one was seen: `--accept-version`. */
  readonly allowVersion?: number
}

/** Validly signed, whatever else. */
type Seen<T extends SignedDocument> = AuthenticDocument<T> | VerifiedDocument<T>

export interface Judgement<T extends SignedDocument> {
  readonly verified: VerifiedDocument<T>
  /** False: it is the one in force. */
  readonly isNew: boolean
}

/**
 * The document in force and the highest version ever accepted, on disk. At every instant there is one good document:
 * the new one is renamed into place before "highest seen" is raised. Spec operations 11.2, step 6.
 */
export class DocumentStore<T extends SignedDocument> {
  readonly #init: DocumentStoreInit<T>
  readonly #files: DocumentFiles
  #current: VerifiedDocument<T> | null = null
  #highest: Highest | null = null
  /** Versions of which two were seen: neither is taken any more. */
  #twofold: ReadonlySet<number> = new Set()

  private constructor(init: DocumentStoreInit<T>) {
    this.#init = init
    this.#files = init.files ?? PRIVATE_FILES
  }

  /** Writes nothing. Throws FleetError when the document in force is not one that we would accept but for its dates. */
  static async open<T extends SignedDocument>(init: DocumentStoreInit<T>): Promise<DocumentStore<T>> {
    const store = new DocumentStore(init)
    await store.#load()
    return store
  }

  get current(): VerifiedDocument<T> | null {
    return this.#current
  }

  get highest(): Highest | null {
    return this.#highest
  }

  /** Of two documents of one version that are not yet behind the one in force, their version. */
  get equivocation(): number | null {
    const open = [...this.#twofold].filter((version) => version >= (this.#current?.document.version ?? 0))
    return open.length === 0 ? null : Math.max(...open)
  }

  /**
   * All steps of acceptance. True: it is in force now; false: it was already. Throws FleetError with the code of the
   * step that refused, and then nothing has changed.
   */
  async accept(bytes: Uint8Array, nowMs: number, options: JudgeOptions = {}): Promise<boolean> {
    const { verified, isNew } = await this.judge(bytes, nowMs, options)
    if (isNew) await this.adopt(verified)
    return isNew
  }

  /** As {@link accept}, without putting it in force. Two documents of one version are stored all the same. */
  async judge(bytes: Uint8Array, nowMs: number, { allowVersion }: JudgeOptions = {}): Promise<Judgement<T>> {
    const { kind, modules } = this.#init
    const authentic = await authenticate(parseDocument(bytes, kind, modules.trust.network), modules)
    checkDates(authentic.document, nowMs)
    const isAllowed = authentic.document.version === allowVersion
    const isNew = isAllowed ? !this.isInForce(authentic.sha256) : await this.#isNew(authentic)
    const previous = isNew ? (this.#current?.document ?? null) : null
    return { verified: await checkContent(authentic, kind, modules.verify, previous), isNew }
  }

  /** Whether the document with this digest is in force. */
  isInForce(sha256: string): boolean {
    return this.#current?.sha256 === sha256
  }

  /** Step 6. */
  async adopt(next: VerifiedDocument<T>): Promise<void> {
    const { current, previous, highest: mark } = this.#files
    const before = this.#current
    if (before && before.sha256 !== next.sha256) await this.#write(previous, before.bytes)
    await this.#write(current, next.bytes)
    this.#current = next
    const highest = { version: next.document.version, sha256: next.sha256 }
    await this.#write(mark, `${JSON.stringify(highest)}\n`)
    this.#highest = highest
  }

  /** Two validly signed documents of one version were seen: stores both and takes neither any more. */
  async noteTwofold(documents: readonly Seen<T>[]): Promise<void> {
    for (const { document, bytes, sha256 } of documents) {
      const name = `${this.#files.equivocation}${document.version}-${sha256.slice(0, DIGEST_SHOWN)}.json`
      await this.#write(name, bytes)
    }
    this.#twofold = new Set([...this.#twofold, ...documents.map(({ document }) => document.version)])
  }

  /** Step 4. Throws DOC_ROLLBACK or, after storing both, DOC_EQUIVOCATION. */
  async #isNew(candidate: AuthenticDocument<T>): Promise<boolean> {
    const { version } = candidate.document
    const decision = decideAcceptance(this.#highest, { version, sha256: candidate.sha256 })
    if (decision === 'rollback') throw rollback(version, this.#highest?.version ?? 0)
    if (decision === 'equivocation') await this.noteTwofold(this.#current ? [this.#current, candidate] : [candidate])
    const isOpen = this.#twofold.has(version) && !this.isInForce(candidate.sha256)
    if (decision === 'equivocation' || isOpen) throw equivocation(version)
    // The mark can be there without its document only when somebody removed that; then it is put back.
    return decision !== 'same' || !this.isInForce(candidate.sha256)
  }

  async #load(): Promise<void> {
    await this.#loadCurrent()
    const marked = await this.#read(this.#files.highest)
    const inForce = this.#current && { version: this.#current.document.version, sha256: this.#current.sha256 }
    this.#highest = higherOf(inForce, marked ? parseHighest(marked) : null)
    this.#twofold = await this.#listTwofold()
  }

  async #loadCurrent(): Promise<void> {
    const { kind, modules, onUnusable } = this.#init
    try {
      const bytes = await this.#read(this.#files.current)
      if (!bytes) return
      const authentic = await authenticate(parseDocument(bytes, kind, modules.trust.network), modules)
      this.#current = await checkContent(authentic, kind, modules.verify)
    } catch (error) {
      if (!onUnusable) throw error
      onUnusable(error)
    }
  }

  async #listTwofold(): Promise<ReadonlySet<number>> {
    const prefix = this.#files.equivocation
    const names = await readdir(this.#init.stateDir).catch(() => [])
    const found = names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
    return new Set(found.map((rest) => Number.parseInt(rest, 10)).filter((version) => version > 0))
  }

  async #read(name: string): Promise<Uint8Array | undefined> {
    return await readFile(join(this.#init.stateDir, name)).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return undefined
      throw error
    })
  }

  async #write(name: string, data: string | Uint8Array): Promise<void> {
    const { stateDir } = this.#init
    await makeDirectory(stateDir, this.#files.folderMode)
    await writeFileDurably(join(stateDir, name), data, this.#files.fileMode)
  }
}

function parseHighest(bytes: Uint8Array): Highest {
  try {
    return highestForm.parse(JSON.parse(new TextDecoder().decode(bytes)))
  } catch (cause) {
    const remedy = 'restore the mark from the backup of this host'
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
