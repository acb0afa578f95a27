import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode } from '@montana/foundation'
import type { NodeStatus } from '@montana/node/settings'
import { nowMs } from '../program/clock.js'
import type { AgentLine, Reported } from './messages.js'

/** A frozen node must not hold up the next read for long. */
const READ_TIMEOUT_MS = 2_000

/** Reads the status of the node whose data directory this is, wherever it answers now. */
export class StatusReader {
  readonly #dataDir: string
  #instance = ''
  #toldUpTo = 0

  constructor(dataDir: string) {
    this.#dataDir = dataDir
  }

  async read(signal: AbortSignal): Promise<AgentLine> {
    const startMs = nowMs()
    try {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(READ_TIMEOUT_MS)])
      const { statusUrl, instance } = JSON.parse(await readFile(join(this.#dataDir, 'run.json'), 'utf8'))
      const readyz = await fetch(`${statusUrl}/readyz`, { signal: deadline })
      await readyz.arrayBuffer()
      // What counts is read last: its window is not older than the instant at which this read of it began.
      const askedMs = nowMs()
      const response = await fetch(`${statusUrl}/status.json`, { signal: deadline })
      const status = (await response.json()) as NodeStatus
      // A port may be another node's since the run file was read.
      if (status.proc.instance !== instance) return { type: 'failed', startMs, endMs: nowMs(), code: 'OTHER_INSTANCE' }
      const { window, header_hash: hash, state_root: root, degraded } = status
      const recent = this.#untold(status)
      const isReady = readyz.status === 200
      const wallOffsetMs = Date.parse(status.sampled_at) - Date.now()
      const said = { instance, window, hash, root, isReady, recent, degraded, wallOffsetMs }
      const read = { startMs: askedMs, endMs: nowMs(), ...said }
      return { type: 'read', read }
    } catch (error) {
      return { type: 'failed', startMs, endMs: nowMs(), code: errorCode(error) }
    }
  }

  /** After a restart everything once more: it may tell another story. */
  #untold({ proc, recent }: NodeStatus): Reported[] {
    if (proc.instance !== this.#instance) this.#toldUpTo = 0
    this.#instance = proc.instance
    const untold = recent.filter(({ window }) => window > this.#toldUpTo)
    this.#toldUpTo = Math.max(this.#toldUpTo, ...untold.map(({ window }) => window))
    return untold.map(({ window, header_hash: hash, state_root: root }) => ({ window, hash, root }))
  }
}
