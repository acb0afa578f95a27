import { type Identity, selectPqBackend } from '@montana/crypto'
import { type MetricsRegistry, noMetrics, silentLogger, systemRandom, systemTime } from '@montana/foundation'
import { createMesh, type Mesh, type MeshHandlers, parseManifest } from '@montana/network'
import { LIMITS } from '@montana/transport'
import { onTestFinished } from 'vitest'
import { until } from './montana.js'

export interface ProbeInit {
  /** JSON. */
  readonly manifest: string
  readonly genesisHash: Uint8Array
  /** Of a member that is in the manifest and does not run. */
  readonly identity: Identity
  readonly listen: string
  /** Between two pings to one peer; a node takes five per second. */
  readonly intervalMs: number
}

/** A member with a mesh and nothing above it, which measures how soon the others answer. */
export class ProbeMesh {
  readonly #mesh: Mesh
  readonly #rttsMs = new Map<string, number[]>()

  private constructor(create: (metrics: MetricsRegistry) => Mesh) {
    this.#mesh = create({
      ...noMetrics,
      histogram: ({ name }) => ({
        observe: (labels, seconds) => name === 'montana_peer_rtt_seconds' && this.#note(labels, seconds * 1000),
      }),
    })
  }

  /** Joins; leaves with the test at the latest. */
  static async join({ manifest, genesisHash, identity, listen, intervalMs }: ProbeInit): Promise<ProbeMesh> {
    const backend = await selectPqBackend()
    const signer = await backend.importSigner(identity.seeds.node)
    const limits = { ...LIMITS, heartbeat: { ...LIMITS.heartbeat, intervalMs } }
    const services = { backend, signer, logger: silentLogger, time: systemTime, random: systemRandom }
    const probe = new ProbeMesh((metrics) =>
      createMesh(
        { listen, manifest: parseManifest(manifest), genesisHash, limits },
        { ...services, metrics, handlers: handlersOf(genesisHash) },
      ),
    )
    onTestFinished(async () => {
      await probe.leave()
      await backend.close()
    })
    await probe.#mesh.start()
    return probe
  }

  async leave(): Promise<void> {
    await this.#mesh.stop()
  }

  /** Milliseconds until it is connected with `count` others. */
  async connectedWith(count: number, timeoutMs: number): Promise<number> {
    const startedMs = performance.now()
    const connected = () => this.#mesh.peers().filter(({ connections }) => connections > 0).length
    await until(() => connected() >= count, timeoutMs, `connected with ${count}`)
    return performance.now() - startedMs
  }

  /** Round trips since the last call, by label, in milliseconds. */
  takeRtts(): Map<string, number[]> {
    const taken = new Map(this.#rttsMs)
    this.#rttsMs.clear()
    return taken
  }

  #note({ peer = '' }: Readonly<Record<string, string>>, rttMs: number): void {
    this.#rttsMs.set(peer, [...(this.#rttsMs.get(peer) ?? []), rttMs])
  }
}

/** Acknowledges everything, wants nothing, and is never as far as anybody. */
function handlersOf(genesisHash: Uint8Array): MeshHandlers {
  const zero = new Uint8Array(32)
  const roots = { genesisHash, headerHash: zero, stateRoot: zero }
  return {
    onMessage: () => {},
    onExtRequest: async () => new Uint8Array(),
    onStatus: () => {},
    onPeerReached: () => {},
    onPeerDisconnected: () => {},
    ownStatus: () => ({
      ...roots,
      window: 0,
      oldestWindow: 0,
      snapshotWindow: 0,
      role: 0,
      security: 1,
      flags: 0,
      build: 'probe/1',
    }),
  }
}
