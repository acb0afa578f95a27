import { Worker } from 'node:worker_threads'
import { errorMessage } from '@montana/foundation'
import type { FenceLayer, LayerModules } from './layer.js'
import type { TimedWard, Ward } from './ward.js'
import { WardTable } from './ward-table.js'

/** What never changes while the agent runs. */
export type GuardedService = Pick<Ward, 'service' | 'cgroup' | 'unit'>

export interface FenceThreadData {
  readonly memory: SharedArrayBuffer
  readonly services: readonly GuardedService[]
}

// By way of dist, so that the sources find the compiled worker too when tests import them directly.
const WORKER_URL = new URL('../../dist/keeper/fence-worker.js', import.meta.url)
const HEAP_MAX_MIB = 16
const NONE = { group: 0, started: '0' }

/** Layer 2: a thread that ends services whose end the main thread did not move, whatever the main thread is doing. */
export class FenceThread implements FenceLayer {
  readonly #services: readonly GuardedService[]
  readonly #table: WardTable
  readonly #modules: LayerModules
  #worker: Worker
  #isClosed = false

  constructor(services: readonly GuardedService[], modules: LayerModules) {
    this.#services = services
    this.#modules = modules
    this.#table = WardTable.create(services.length)
    this.#worker = this.#start()
  }

  renew(wards: readonly TimedWard[]): void {
    this.#services.forEach(({ service }, row) => {
      const ward = wards.find((candidate) => candidate.service === service)
      if (!ward) this.#table.clear(row)
      else this.#table.set(row, { ...rowOf(ward), untilMs: ward.untilMs })
      const kills = this.#table.takeKills(row)
      if (kills > 0) this.#modules.alarm('FENCE_THREAD_KILLED', `${service} was ended: the loop stood still too long`)
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#worker.terminate()
  }

  #start(): Worker {
    const workerData: FenceThreadData = { memory: this.#table.memory, services: this.#services }
    const resourceLimits = { maxOldGenerationSizeMb: HEAP_MAX_MIB }
    const worker = new Worker(WORKER_URL, { workerData, execArgv: [], resourceLimits, name: 'fence' })
    worker.unref()
    worker.on('error', (error) => this.#modules.alarm('FENCE_THREAD_MISSING', errorMessage(error)))
    worker.on('exit', () => {
      if (!this.#isClosed) this.#restart()
    })
    return worker
  }

  #restart(): void {
    this.#modules.alarm('FENCE_THREAD_MISSING', 'the fence thread ended and is started again')
    this.#worker = this.#start()
  }
}

function rowOf({ group, started }: Ward): { readonly group: number; readonly started: string } {
  return group === null ? NONE : { group, started: started ?? '0' }
}
