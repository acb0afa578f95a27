import type { selectPqBackend } from '@montana/crypto'
import { noMetrics, silentLogger, systemRandom, systemTime } from '@montana/foundation'
import { type GenesisDocument, genesisHash, parseGenesisJson } from '@montana/ledger'
import { createMesh, type Mesh, type MeshHandlers, type OwnStatus, parseManifest } from '@montana/network'
import { operatorIdentity } from '@montana/synthetic'
import type { NetworkFiles } from './orders.js'

export interface MeshInit extends NetworkFiles {
  readonly label: string
  readonly listen: string
  readonly crypto: Awaited<ReturnType<typeof selectPqBackend>>
  readonly handlers: Pick<MeshHandlers, 'onExtRequest' | 'onStatus'>
  ownWindows(): { readonly window: number; readonly snapshotWindow: number }
}

export interface OpenMesh {
  readonly mesh: Mesh
  readonly document: GenesisDocument
}

/** A real mesh with the `pq` profile, without a ledger behind it. */
export async function openMesh(init: MeshInit): Promise<OpenMesh> {
  const { crypto: backend, seed, label, listen } = init
  const document = parseGenesisJson(init.genesis)
  const manifest = parseManifest(init.manifest)
  const identity = await operatorIdentity(seed, label)
  const signer = await backend.importSigner(identity.seeds.node)
  const hash = genesisHash(document)
  const handlers: MeshHandlers = {
    onMessage: () => {},
    onPeerReached: () => {},
    onPeerDisconnected: () => {},
    ...init.handlers,
    ownStatus: () => statusOf(hash, init.ownWindows()),
  }
  const modules = {
    backend,
    signer,
    handlers,
    logger: silentLogger,
    metrics: noMetrics,
    time: systemTime,
    random: systemRandom,
  }
  const security = { offers: ['pq'], requireHybrid: false } as const
  const mesh = createMesh({ listen, manifest, genesisHash: hash, security }, modules)
  await mesh.start()
  return { mesh, document }
}

function statusOf(hash: Uint8Array, { window, snapshotWindow }: { window: number; snapshotWindow: number }): OwnStatus {
  const zero = new Uint8Array(32)
  const rest = { oldestWindow: window, role: 0, flags: snapshotWindow > 0 ? 2 : 0, build: 'bench/1' }
  return { genesisHash: hash, window, headerHash: zero, stateRoot: zero, snapshotWindow, ...rest }
}
