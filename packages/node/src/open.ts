import { type PqBackend, type Signer, selectPqBackend } from '@montana/crypto'
import type { MetricsRegistry } from '@montana/foundation'
import { type HashBackend, loadBackend } from '@montana/native'
import { openStore, type Store } from '@montana/store'
import { initialiseStore } from './chain/restore.js'
import type { Prepared } from './prepare.js'

/** What a node holds open while it runs. */
export interface OpenResources {
  readonly store: Store
  readonly crypto: PqBackend
  readonly signer: Signer
  readonly hashing: HashBackend
}

/** Steps that undo what was opened, latest first. */
export class Closers {
  readonly #steps: (() => Promise<void> | void)[] = []
  #running: Promise<void> | undefined

  add(step: () => Promise<void> | void): void {
    this.#steps.push(step)
  }

  /** Runs every step once, in reverse order; a second call waits for the first. */
  closeAll(): Promise<void> {
    this.#running ??= this.#run()
    return this.#running
  }

  async #run(): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) await step()
  }
}

/** Opens crypto, clock backend and store; the first bytes of a new store are written here. */
export async function openResources(
  prepared: Prepared,
  closers: Closers,
  notice: (line: string) => void,
  registry: MetricsRegistry,
): Promise<OpenResources> {
  const { options, identity, document, genesisHash } = prepared
  const loaded = loadBackend()
  if (loaded.notice) notice(loaded.notice)
  const crypto = await selectPqBackend(undefined, registry)
  closers.add(() => crypto.close())
  const signer = await crypto.importSigner(identity.seeds.node)
  closers.add(() => signer.dispose())
  const store = openStore({ dir: options.dataDir, mode: 'write', genesisHash })
  closers.add(() => store.close())
  initialiseStore(store, document)
  return { store, crypto, signer, hashing: loaded.backend }
}
