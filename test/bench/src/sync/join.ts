import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createSignatureVerifier, selectPqBackend } from '@montana/crypto'
import { systemRandom, systemTime } from '@montana/foundation'
import { type GenesisDocument, genesisHash, genesisState } from '@montana/ledger'
import { loadBackend } from '@montana/native'
import { initialiseStore } from '@montana/node'
import { openStore, type Store } from '@montana/store'
import { createSnapshotClient, type SyncPeer, type SyncProgress } from '@montana/sync'
import { cpuSeconds } from './cpu.js'
import { openMesh } from './mesh.js'
import { meshPeer } from './mesh-peer.js'
import type { JoinResult, Order } from './orders.js'

const KIB = 1024
const NS_PER_MS = 1e6

/** A node with nothing but the genesis joins from the peers of its manifest. */
export async function join(order: Order & { do: 'join' }, onLine: (line: string) => void): Promise<JoinResult> {
  const crypto = await selectPqBackend()
  const peers = new Map<string, SyncPeer>()
  const { mesh, document } = await openMesh({
    ...order,
    label: 'joiner',
    crypto,
    handlers: {
      onExtRequest: async () => new Uint8Array(),
      onStatus: ({ peerId }, status) => peers.set(peerId, meshPeer(mesh, peerId, status)),
    },
    ownWindows: () => ({ window: 0, snapshotWindow: 0 }),
  })
  const store = newStore(order.dataDir, document)
  const measure = new Measure()
  const findings: string[] = []
  const refuted = new Set<string>()
  const { window } = await createSnapshotClient({
    peers: () => [...peers.values()],
    store,
    backend: loadBackend().backend,
    verify: createSignatureVerifier(crypto),
    document,
    known: [{ window: 0, nodes: genesisState(document).nodes }],
    time: systemTime,
    random: systemRandom,
    signal: new AbortController().signal,
    onProgress: (progress) => {
      measure.note(progress)
      onLine(lineOf(progress))
    },
    onFinding: ({ code, peer, detail }) => {
      findings.push(`${code}: ${detail}`)
      if (code === 'PROOF_INVALID' && peer !== undefined) refuted.add(peer)
    },
    patienceMs: 30_000,
  }).run()
  const result = { window, ...measure.result(refuted), findings }
  store.close()
  await mesh.stop()
  await crypto.close()
  return result
}

/** Times and memory of this process from its first progress on. */
class Measure {
  readonly #delay = monitorEventLoopDelay({ resolution: 5 })
  readonly #startedMs = performance.now()
  readonly #phases = new Map<SyncProgress['phase'], number>()
  #latest: SyncProgress | undefined

  constructor() {
    this.#delay.enable()
  }

  note(progress: SyncProgress): void {
    if (!this.#phases.has(progress.phase)) this.#phases.set(progress.phase, performance.now())
    this.#latest = progress
  }

  result(refuted: ReadonlySet<string>): Omit<JoinResult, 'window' | 'findings'> {
    const at = (phase: SyncProgress['phase']) => this.#phases.get(phase) ?? performance.now()
    const { maxRSS } = process.resourceUsage()
    const latest = this.#latest
    return {
      seconds: (performance.now() - this.#startedMs) / 1000,
      tableSeconds: (at('check') - at('tables')) / 1000,
      installSeconds: (at('done') - at('check')) / 1000,
      peakRssBytes: maxRSS * KIB,
      bytes: latest?.bytes.fetched ?? 0,
      wastedBytes: latest?.bytes.wasted ?? 0,
      proofs: latest?.proofs ?? 0,
      records: latest?.records.staged ?? 0,
      cpuSeconds: cpuSeconds(),
      loopDelayMaxMs: this.#delay.max / NS_PER_MS,
      loopDelayP99Ms: this.#delay.percentile(99) / NS_PER_MS,
      chunksByPeer: latest?.peers.map(({ chunks }) => chunks) ?? [],
      refuted: latest?.peers.filter(({ id }) => refuted.has(id)).map(({ id, chunks }) => ({ peer: id, chunks })) ?? [],
    }
  }
}

function lineOf({ phase, records, etaSeconds }: SyncProgress): string {
  const left = etaSeconds === null ? '' : `, ${etaSeconds} s left`
  return `joining: ${phase}, ${records.staged} of ${records.expected} records${left}`
}

function newStore(dir: string, document: GenesisDocument): Store {
  const store = openStore({ dir, mode: 'write', genesisHash: genesisHash(document) })
  initialiseStore(store, document)
  return store
}
