import type { TimeSource } from '@montana/foundation'
import type { NodeSource } from '@montana/soak/formats'
import type { MeshView } from '../api/views.js'
import { SAMPLE_SHARED_MS } from '../constants.js'
import type { StatusCodes } from './alerts.js'
import { CpuMeter } from './cpu-meter.js'
import { meshView } from './mesh-view.js'
import { sampleNode } from './probe.js'
import type { Sample } from './status.js'

export interface SamplerInit {
  readonly nodes: readonly NodeSource[]
  readonly codes: StatusCodes
  readonly time: TimeSource
  readonly signal: AbortSignal
}

/** Asks all nodes at once when somebody wants to know; those who ask together share one sample. Keeps no history. */
export class MeshSampler {
  readonly #init: SamplerInit
  readonly #meters: ReadonlyMap<string, CpuMeter>
  #latest: { readonly view: Promise<MeshView>; readonly startedMs: number } | undefined

  constructor(init: SamplerInit) {
    this.#init = init
    this.#meters = new Map(init.nodes.map(({ label }) => [label, new CpuMeter()]))
  }

  /** Rejects only with AbortError. */
  sample(): Promise<MeshView> {
    const nowMs = this.#init.time.monotonicMs()
    if (this.#latest && nowMs - this.#latest.startedMs < SAMPLE_SHARED_MS) return this.#latest.view
    const view = this.#askAll()
    this.#latest = { view, startedMs: nowMs }
    return view
  }

  async #askAll(): Promise<MeshView> {
    const { nodes, codes, time, signal } = this.#init
    const samples = await Promise.all(nodes.map((node) => sampleNode(node, signal)))
    const nowMs = time.monotonicMs()
    const cpuCores = new Map(samples.map((sample) => [sample.source.label, this.#measure(sample, nowMs)]))
    return meshView(samples, time.wallMs(), { codes, cpuCores })
  }

  #measure({ source, status }: Sample, nowMs: number): number | null {
    if (status === null) return null
    return this.#meters.get(source.label)?.add(status.proc.instance, status.res?.cpu_s ?? null, nowMs) ?? null
  }
}
