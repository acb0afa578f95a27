import { stat } from 'node:fs/promises'
import { errorCode, errorMessage, isAbort, type Logger, sleep, systemTime } from '@montana/foundation'
import { DocumentStore } from '../document-store.js'
import { readTrustRoot } from '../operators.js'
import { REGISTRY_KIND } from './content.js'
import type { RegistryDocument } from './form.js'
import { type RegistryModules, readDocumentFile } from './read.js'
import { type HostRegistry, indexRegistry } from './registry.js'

/** Connections of removed hosts must close within a second of the change (three-mirror 11.3). */
const DEFAULT_POLL_MS = 300

export interface RegistryWatchOptions {
  /** Where new versions are put by whoever distributes them. */
  readonly path: string
  readonly operatorsPath: string
  /** Keeps the version in force and the highest seen; belongs to this process alone. */
  readonly stateDir: string
  readonly pollMs?: number
}

export interface RegistryWatchModules extends RegistryModules {
  readonly logger: Logger
}

/** The registry in force, followed through its changes. A refused or missing file changes nothing. */
export interface RegistryWatch {
  current(): HostRegistry
  /** After every change of what lookups answer; returns how to stop listening. */
  onChange(listener: () => void): () => void
  /** Why the file was refused when it was last read; null: it is the one in force. */
  refusal(): { readonly code: string; readonly message: string } | null
  /** Whether the version in force is past its end: it keeps working, and people must know. */
  isExpired(): boolean
  close(): Promise<void>
}

/**
 * Begins with the file at `path`, or with the version in force where that is refused. Throws FleetError when there is
 * neither, ConfigError when the trust root is missing or wrong.
 */
export async function watchRegistry(
  options: RegistryWatchOptions,
  modules: RegistryWatchModules,
): Promise<RegistryWatch> {
  const trust = await readTrustRoot(options.operatorsPath)
  const { stateDir } = options
  const { verify } = modules
  const store = await DocumentStore.open({ kind: REGISTRY_KIND, stateDir, modules: { trust, verify } })
  const follower = new RegistryFollower(options, modules, store)
  await follower.begin()
  return follower
}

class RegistryFollower implements RegistryWatch {
  readonly #time
  readonly #listeners = new Set<() => void>()
  readonly #stop = new AbortController()
  #registry: HostRegistry | null = null
  #refusal: { readonly code: string; readonly message: string } | null = null
  #lastStat = ''
  #keys = ''
  #done: Promise<void> = Promise.resolve()

  constructor(
    readonly options: RegistryWatchOptions,
    readonly modules: RegistryWatchModules,
    readonly store: DocumentStore<RegistryDocument>,
  ) {
    this.#time = modules.time ?? systemTime
  }

  async begin(): Promise<void> {
    this.#lastStat = await this.#stat()
    const failure = await this.#take().then(
      () => null,
      (error: unknown) => error,
    )
    if (failure && !this.store.current) throw failure
    if (failure) this.#refused(failure)
    this.#apply()
    this.#done = this.#follow()
  }

  current(): HostRegistry {
    if (!this.#registry) throw new Error('the watch has not begun')
    return this.#registry
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  refusal() {
    return this.#refusal
  }

  isExpired(): boolean {
    return this.current().notAfterMs <= this.#time.wallMs()
  }

  async close(): Promise<void> {
    this.#stop.abort()
    this.#listeners.clear()
    await this.#done
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      await sleep(this.options.pollMs ?? DEFAULT_POLL_MS, signal).catch((error: unknown) => {
        if (!isAbort(error)) throw error
      })
      if (!signal.aborted) await this.#poll()
    }
  }

  async #poll(): Promise<void> {
    const found = await this.#stat()
    if (found !== this.#lastStat) {
      this.#lastStat = found
      await this.#take().catch((error: unknown) => this.#refused(error))
    }
    this.#apply()
  }

  /** What tells one content of the file from the next; empty while there is none. */
  async #stat(): Promise<string> {
    return await stat(this.options.path, { bigint: true }).then(
      ({ ino, size, mtimeNs, ctimeNs }) => `${ino} ${size} ${mtimeNs} ${ctimeNs}`,
      () => '',
    )
  }

  async #take(): Promise<void> {
    const bytes = await readDocumentFile(this.options.path)
    const isNew = await this.store.accept(bytes, this.#time.wallMs())
    this.#refusal = null
    const version = this.store.current?.document.version
    if (isNew) this.modules.logger.info({ version }, 'host registry accepted')
  }

  #refused(error: unknown): void {
    this.#refusal = { code: errorCode(error), message: errorMessage(error) }
    this.modules.logger.error({ ...this.#refusal }, 'host registry refused, the one in force stays')
  }

  /** Tells listeners when the version changed or the overlap of a replaced key ended. */
  #apply(): void {
    const { current } = this.store
    if (!current) return
    if (this.#registry?.sha256 !== current.sha256) this.#registry = indexRegistry(current)
    const keys = this.#describeKeys(this.#registry)
    if (keys === this.#keys) return
    this.#keys = keys
    for (const listener of [...this.#listeners]) listener()
  }

  #describeKeys(registry: HostRegistry): string {
    const nowMs = this.#time.wallMs()
    const overlaps = registry.hosts.filter(({ name }) => registry.keysOf(name, nowMs).length > 1)
    return `${registry.sha256} ${overlaps.map(({ name }) => name).join(' ')}`
  }
}
