import type { TimeSource } from '@montana/foundation'
import type { NodeSource } from '@montana/soak/formats'
import type { MeshView } from '../api/views.js'
import { SAMPLE_SHARED_MS } from '../constants.js'
import { meshView } from './mesh-view.js'
import { sampleNode } from './probe.js'

/** Asks all nodes at once when somebody wants to know; those who ask together share one sample. Keeps no history. */
export class MeshSampler {
  readonly #nodes: readonly NodeSource[]
  readonly #time: TimeSource
  readonly #signal: AbortSignal
  #latest: { readonly view: Promise<MeshView>; readonly startedMs: number } | undefined

  constructor(nodes: readonly NodeSource[], time: TimeSource, signal: AbortSignal) {
    this.#nodes = nodes
    this.#time = time
    this.#signal = signal
  }

  /** Rejects only with AbortError. */
  sample(): Promise<MeshView> {
    const nowMs = this.#time.monotonicMs()
    if (this.#latest && nowMs - this.#latest.startedMs < SAMPLE_SHARED_MS) return this.#latest.view
    const view = this.#askAll()
    this.#latest = { view, startedMs: nowMs }
    return view
  }

  async #askAll(): Promise<MeshView> {
    const samples = await Promise.all(this.#nodes.map((node) => sampleNode(node, this.#signal)))
    return meshView(samples, this.#time.wallMs())
  }
}
