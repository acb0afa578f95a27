import { join } from 'node:path'
import { readDocumentFile, sharedFiles } from '@montana/fleet'
import type { Mesh } from '@montana/network'
import type { NodeServiceHooks } from '../node-service.js'
import type { Prepared } from '../prepare.js'
import { ManifestFollower } from './follower.js'
import { JobsSeen } from './jobs.js'

export interface DocumentModules extends Pick<NodeServiceHooks, 'manifest' | 'logger' | 'registry' | 'time'> {
  readonly mesh: () => Mesh | undefined
  readonly finding: (code: string, detail: string) => void
}

/** The signed documents of this node: the manifest that it follows, and what the sync jobs of its host left. */
export class NodeDocuments {
  /** Undefined: solo. */
  readonly manifest: ManifestFollower | undefined
  readonly jobs: JobsSeen
  readonly #stateDir: string

  constructor(prepared: Prepared, modules: DocumentModules) {
    this.#stateDir = prepared.options.fleetState
    this.manifest = follow(prepared, modules)
    this.jobs = new JobsSeen(this.#stateDir, modules.registry)
  }

  /** For the sync jobs of others: the manifest in force here, the roster as its job left it. */
  async read(name: string): Promise<Uint8Array | undefined> {
    if (name === 'manifest') return this.manifest?.document
    if (name !== 'roster') return undefined
    return await readDocumentFile(join(this.#stateDir, sharedFiles(name).current)).catch(() => undefined)
  }
}

function follow({ network, identity }: Prepared, modules: DocumentModules): ManifestFollower | undefined {
  const { manifest: source, logger, registry, time, mesh, finding } = modules
  if (!network || !source) return undefined
  return new ManifestFollower({
    ...{ path: network.source.path, source, ownPeerId: identity.peerId, registry, logger, time, finding },
    apply: (manifest) => mesh()?.applyManifest(manifest),
  })
}
