import { errorCode } from '@montana/foundation'
import type { Layer } from '../contracts/config.js'
import { type Bounded, runBounded } from './bounded-run.js'
import { LAYER_TIMEOUT_MS, type WorkerTiming } from './constants.js'
import { type Failure, failureIn, failureOf, stuckFailure } from './failure.js'
import { LayerLog, type StartedRun } from './layer-log.js'
import type { LayerResult, MirrorAlert, WorkerModules, WorkerTarget } from './worker-types.js'

/** How a write to the store is made once work was done: again and again while the store is locked, never as a stranger. */
export type Persist = <T>(work: () => T) => Promise<T | undefined>

/** One run of one target: roles, then the layers that are due, in order. Spec repository-mirror 5. */
export class TargetRun {
  readonly #modules: WorkerModules
  readonly #log: LayerLog
  readonly #persist: Persist
  readonly #target: WorkerTarget

  constructor(target: WorkerTarget, modules: WorkerModules, timing: WorkerTiming, persist: Persist) {
    this.#target = target
    this.#modules = modules
    this.#log = new LayerLog(modules, timing)
    this.#persist = persist
  }

  /** Number of layers that were run. */
  async run(layers: readonly Layer[], signal: AbortSignal): Promise<number> {
    if (!(await this.#roles(layers, signal))) return 0
    for (const [index, layer] of layers.entries()) {
      if (signal.aborted || this.#modules.store.isPaused()) return index
      const failure = await this.#layer(layer, signal)
      if (failure === undefined || this.#hasSucceeded(layer)) continue
      await this.#holdBack(layers.slice(index + 1), layer, failure)
      return index + 1
    }
    return layers.length
  }

  async #roles(layers: readonly Layer[], signal: AbortSignal): Promise<boolean> {
    const { runRoles } = this.#modules
    if (runRoles === undefined) return true
    const { name } = this.#target
    const onStuck = () => this.#alertStuck(null, LAYER_TIMEOUT_MS)
    const bounds = { timeoutMs: LAYER_TIMEOUT_MS, signal, onStuck }
    const bounded = await runBounded(bounds, async (inner) => {
      await runRoles(name, inner)
      return undefined
    })
    const failure = failureFrom(bounded, LAYER_TIMEOUT_MS)
    if (failure === undefined) return bounded.kind === 'result'
    const alerts = layers.map((layer) => this.#persist(() => this.#log.failBefore(name, layer, 'roles', failure)))
    const [first] = (await Promise.all(alerts)).filter((alert) => alert !== undefined)
    await this.#alert(first && { ...first, layer: null })
    return false
  }

  async #layer(layer: Layer, signal: AbortSignal): Promise<Failure | undefined> {
    const { name } = this.#target
    const timeoutMs = this.#timeoutMs(layer)
    const started = await this.#persist(() => this.#log.begin(name, layer))
    if (started === undefined) return undefined
    const bounds = { timeoutMs, signal, onStuck: () => this.#alertStuck(layer, timeoutMs) }
    const bounded = await runBounded(bounds, async (inner) => await this.#modules.runLayer(name, layer, inner))
    return await this.#settle(started, bounded, timeoutMs)
  }

  async #settle(started: StartedRun, bounded: Bounded<LayerResult>, timeoutMs: number): Promise<Failure | undefined> {
    if (bounded.kind === 'aborted') await this.#persist(() => this.#log.interrupt(started))
    const result = bounded.kind === 'result' ? bounded.value : undefined
    const failure = failureFrom(bounded, timeoutMs)
    if (failure !== undefined) {
      const outcome = bounded.kind === 'stuck' ? 'stuck' : failure.status
      await this.#alert(await this.#persist(() => this.#log.fail(started, failure, outcome, result)))
    } else if (result !== undefined) {
      await this.#persist(() => this.#log.succeed(started, result))
    }
    return failure
  }

  async #holdBack(layers: readonly Layer[], step: Layer, failure: Failure): Promise<void> {
    for (const layer of layers) await this.#persist(() => this.#log.holdBack(this.#target.name, layer, step, failure))
  }

  async #alert(alert: MirrorAlert | undefined): Promise<void> {
    if (alert === undefined) return
    const isWritten = await this.#persist(() => this.#log.alert(alert))
    if (isWritten) this.#modules.alert(alert)
  }

  #alertStuck(layer: Layer | null, timeoutMs: number): void {
    const { code, message, remedy } = stuckFailure(timeoutMs)
    const alerted = this.#alert({ mirror: this.#target.name, layer, code, message, remedy })
    alerted.catch((error: unknown) => this.#modules.log.error({ code: errorCode(error) }, 'an alert was not kept'))
  }

  #timeoutMs(layer: Layer): number {
    const { first, later } = this.#target.pushTimeoutMs
    if (layer !== 'code') return LAYER_TIMEOUT_MS
    return this.#hasSucceeded(layer) ? later : first
  }

  #hasSucceeded(layer: Layer): boolean {
    return this.#modules.store.layers.get(this.#target.name, layer).lastSuccessAtMs !== null
  }
}

function failureFrom(bounded: Bounded<LayerResult | undefined>, timeoutMs: number): Failure | undefined {
  if (bounded.kind === 'stuck') return stuckFailure(timeoutMs)
  if (bounded.kind === 'error') return failureOf(bounded.error)
  return bounded.kind === 'result' && bounded.value ? failureIn(bounded.value) : undefined
}
