import type { Layer } from '../contracts/config.js'
import type { AttemptOutcome } from '../store/attempts.js'
import type { WorkerTiming } from './constants.js'
import type { Failure } from './failure.js'
import { nextTry } from './schedule.js'
import type { LayerResult, MirrorAlert, WorkerModules } from './worker-types.js'

export interface StartedRun {
  readonly mirror: string
  readonly layer: Layer
  readonly seq: number
  readonly attempt: number
}

/** What a run leaves in the store: job, attempt, layer and event, all in one step each. */
export class LayerLog {
  readonly #modules: WorkerModules
  readonly #timing: WorkerTiming

  constructor(modules: WorkerModules, timing: WorkerTiming) {
    this.#modules = modules
    this.#timing = timing
  }

  begin(mirror: string, layer: Layer): StartedRun {
    const { store } = this.#modules
    const nowMs = this.#nowMs()
    return store.transaction(() => {
      const seq = store.jobs.begin(mirror, layer)
      const attempt = store.attempts.start(mirror, layer, nowMs)
      store.layers.change(mirror, layer, { status: 'running', lastAttemptAtMs: nowMs })
      this.#event('job', mirror, layer, { state: 'running', seq })
      return { mirror, layer, seq, attempt }
    })
  }

  succeed({ mirror, layer, seq, attempt }: StartedRun, result: LayerResult): void {
    const { store } = this.#modules
    const nowMs = this.#nowMs()
    store.transaction(() => {
      store.jobs.succeed(mirror, layer, seq, nowMs + this.#timing.debounceMs)
      this.#endAttempt(attempt, 'ok', null, result)
      const wanted = store.jobs.get(mirror, layer)?.state === 'pending' ? 'pending' : result.status
      store.layers.change(mirror, layer, { ...found(result), status: wanted, lastSuccessAtMs: nowMs, error: null })
      store.attempts.prune(mirror, nowMs)
      this.#event('layer', mirror, layer, { status: wanted, seq })
    })
  }

  /** Returns what to alert, if this is the first time that it happened. */
  fail(run: StartedRun, failure: Failure, outcome: AttemptOutcome, result?: LayerResult): MirrorAlert | undefined {
    const { store } = this.#modules
    return store.transaction(() => {
      this.#endAttempt(run.attempt, outcome, failure, result)
      const isNews = this.#postpone(run.mirror, run.layer, failure)
      this.#show(run.mirror, run.layer, failure, result)
      return isNews ? alertOf(run.mirror, run.layer, failure) : undefined
    })
  }

  /** A step before the layer failed; the layer itself was not tried. */
  failBefore(mirror: string, layer: Layer, step: string, failure: Failure): MirrorAlert | undefined {
    const { store } = this.#modules
    const message = `step ${step} failed: ${failure.message}`
    return store.transaction(() => {
      const isNews = this.#postpone(mirror, layer, failure)
      this.#show(mirror, layer, { ...failure, status: 'blocked', message })
      return isNews ? alertOf(mirror, layer, { ...failure, message }) : undefined
    })
  }

  /** Behind a layer that failed and never succeeded: shown, and tried as soon as that one lets it. */
  holdBack(mirror: string, layer: Layer, step: Layer, { code, message, remedy }: Failure): void {
    const error = { code, message: `step ${step} failed: ${message}`, remedy }
    this.#modules.store.transaction(() => {
      this.#modules.store.layers.change(mirror, layer, { status: 'blocked', error })
      this.#event('layer', mirror, layer, { status: 'blocked', code })
    })
  }

  /** The worker ends: the job stays. */
  interrupt({ mirror, layer, attempt }: StartedRun): void {
    const { store } = this.#modules
    store.transaction(() => {
      store.jobs.defer(mirror, layer, this.#nowMs())
      this.#endAttempt(attempt, 'interrupted', null)
      store.layers.change(mirror, layer, { status: 'pending' })
      this.#event('job', mirror, layer, { state: 'pending' })
    })
  }

  alert({ mirror, layer, code, message, remedy }: MirrorAlert): true {
    this.#event('alert', mirror, layer, { code, message, remedy })
    return true
  }

  #postpone(mirror: string, layer: Layer, { code, retryAfterMs }: Failure): boolean {
    const { store, classOf, random } = this.#modules
    const job = store.jobs.get(mirror, layer)
    const failure = { class: classOf(code), attempts: job?.attempts ?? 0, retryAfterMs }
    const { state, atMs } = nextTry(failure, this.#nowMs(), random, this.#timing)
    store.jobs.fail(mirror, layer, state, code, atMs)
    return state === 'blocked' && job?.lastErrorCode !== code
  }

  #show(mirror: string, layer: Layer, { status, code, message, remedy }: Failure, result?: LayerResult): void {
    const changes = result === undefined ? {} : found(result)
    this.#modules.store.layers.change(mirror, layer, { ...changes, status, error: { code, message, remedy } })
    this.#event('layer', mirror, layer, { status, code, message, remedy })
  }

  #endAttempt(id: number, outcome: AttemptOutcome, failure: Failure | null, result?: LayerResult): void {
    const why = { errorCode: failure?.code ?? null, message: failure?.message ?? null }
    const what = { refs: result?.refs ?? [], counts: result?.counts ?? {} }
    this.#modules.store.attempts.finish(id, this.#nowMs(), { outcome, ...why, ...what })
  }

  #event(kind: 'job' | 'layer' | 'alert', mirror: string, layer: Layer | null, data: Record<string, unknown>): void {
    this.#modules.store.events.add({ atMs: this.#nowMs(), kind, mirror, layer, data })
  }

  #nowMs(): number {
    return this.#modules.time.wallMs()
  }
}

/** What a result says; what it does not mention stays as it was. */
function found({ commit, synced, total, lagCommits, drift }: LayerResult) {
  return {
    ...(commit !== undefined && { commit }),
    ...(synced !== undefined && { synced }),
    ...(total !== undefined && { total }),
    ...(lagCommits !== undefined && { lagCommits }),
    ...(drift !== undefined && { drift }),
  }
}

function alertOf(mirror: string, layer: Layer, { code, message, remedy }: Failure): MirrorAlert {
  return { mirror, layer, code, message, remedy }
}
