import { join } from 'node:path'
import { isAbort, sleep } from '@montana/foundation'
import { NODE_FLAGS } from '@montana/node/runtime-flags'
import { NodeChild } from './child.js'
import { logPath } from './full-log.js'
import { type Label, OBSERVER } from './labels.js'
import type { DevnetFiles } from './layout.js'
import type { DevnetOptions } from './options.js'

const MAIN = join(import.meta.dirname, '..', '..', 'main.js')
const POLL_INTERVAL_MS = 200
/** A node must have answered once within this after the start. */
const START_TIMEOUT_MS = 60_000

function clockFloorMs(label: Label, { slow, minWindowMs }: DevnetOptions): number {
  const windows = slow.find((one) => one.label === label)?.windows ?? 0
  return Math.round(windows * minWindowMs)
}

/** Four nodes as processes, polled; what they say is a snapshot per round. */
export class DevnetMesh {
  readonly children: readonly NodeChild[]

  constructor(files: DevnetFiles, options: DevnetOptions, onLine: (line: string) => void) {
    this.children = files.nodes.map((node) => {
      const args = [...NODE_FLAGS, MAIN, 'start', '--data-dir', node.dataDir, '--genesis', files.genesisPath]
      args.push('--genesis-manifest', files.manifestPath, '--listen', node.listen, '--label', node.label)
      args.push('--status-listen', '127.0.0.1:0', '--min-window-ms', String(options.minWindowMs))
      args.push('--log-file', logPath(node.dataDir))
      args.push('--verify', options.verify, '--clock-floor-ms', String(clockFloorMs(node.label, options)))
      if (node.label === OBSERVER && options.enableCandidate) args.push('--enable-candidate')
      return new NodeChild({ files: node, args, onLine })
    })
  }

  /** The highest window of any node. */
  get head(): number {
    return Math.max(0, ...this.children.map(({ status }) => status?.window ?? 0))
  }

  /** Starts all processes and waits until each has answered, or the run is stopped. */
  async start(signal: AbortSignal): Promise<void> {
    for (const child of this.children) {
      child.freeLog()
      child.start()
    }
    const deadline = performance.now() + START_TIMEOUT_MS
    await this.run(signal, () => {
      if (performance.now() > deadline) throw new Error('the nodes did not start in time')
      return this.children.every(({ status, failure }) => status ?? failure)
    })
  }

  async poll(signal: AbortSignal): Promise<void> {
    await Promise.all(this.children.map((child) => child.probe(signal)))
  }

  /** Polls until `isDone` says so or the run is stopped; never throws for the latter. */
  async run(signal: AbortSignal, isDone: () => boolean): Promise<void> {
    try {
      while (!isDone()) {
        await sleep(POLL_INTERVAL_MS, signal)
        await this.poll(signal)
      }
    } catch (error) {
      if (!isAbort(error)) throw error
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.children.map((child) => child.stop()))
    for (const child of this.children) child.freeLog()
  }
}
