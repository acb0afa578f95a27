import { join } from 'node:path'
import { isAbort, sleep } from '@montana/foundation'
import { NODE_FLAGS } from '@montana/node/runtime-flags'
import type { WindowStatus } from '@montana/node/settings'
import { NodeChild } from './child.js'
import { logPath } from './full-log.js'
import { OBSERVER } from './labels.js'
import type { DevnetFiles, DevnetNodeFiles } from './layout.js'
import type { DevnetOptions } from './options.js'

const MAIN = join(import.meta.dirname, '..', '..', 'main.js')
const POLL_INTERVAL_MS = 200
/** A node must have answered once within this after the start. */
const START_TIMEOUT_MS = 60_000
/** A devnet is too short for snapshots of every 256 windows. */
const SNAPSHOT_INTERVAL = 8

function clockFloorMs(label: string, { slow, minWindowMs }: DevnetOptions): number {
  const windows = slow.find((one) => one.label === label)?.windows ?? 0
  return Math.round(windows * minWindowMs)
}

function argsOf(node: DevnetNodeFiles, files: DevnetFiles, options: DevnetOptions): string[] {
  const args = [...commonArgs(node, files, options), '--clock-floor-ms', String(clockFloorMs(node.label, options))]
  if (node.label === OBSERVER && options.enableCandidate) args.push('--enable-candidate')
  return args
}

function lateArgs(
  node: DevnetNodeFiles,
  files: DevnetFiles,
  options: DevnetOptions,
  pin: WindowStatus | undefined,
): string[] {
  const args = commonArgs(node, files, options)
  if (options.sync) args.push('--sync', options.sync)
  if (options.sync === 'snapshot' && pin) args.push('--checkpoint', `${pin.window}:${pin.header_hash}`)
  return args
}

function commonArgs(node: DevnetNodeFiles, files: DevnetFiles, options: DevnetOptions): string[] {
  const args = [...NODE_FLAGS, MAIN, 'start', '--data-dir', node.dataDir, '--genesis', files.genesisPath]
  args.push('--genesis-manifest', files.manifestPath, '--listen', node.listen, '--label', node.label)
  args.push('--status-listen', '127.0.0.1:0', '--min-window-ms', String(options.minWindowMs))
  args.push('--log-file', logPath(node.dataDir), '--verify', options.verify)
  args.push('--snapshot-interval', String(SNAPSHOT_INTERVAL))
  return args
}

/** The nodes as processes, polled; what they say is a snapshot per round. */
export class DevnetMesh {
  /** Those that were started; one that joins later comes last. */
  readonly children: NodeChild[]
  readonly #createLate: (() => NodeChild) | undefined
  #late: NodeChild | undefined

  constructor(files: DevnetFiles, options: DevnetOptions, onLine: (line: string) => void) {
    this.children = files.nodes.map(
      (node) => new NodeChild({ files: node, args: argsOf(node, files, options), onLine }),
    )
    this.children
      .find(({ label }) => label === options.liar)
      ?.changeDrill((state) => {
        state.lies = true
      })
    const { late } = files
    this.#createLate =
      late && (() => new NodeChild({ files: late, args: lateArgs(late, files, options, this.#newestAnchor), onLine }))
  }

  /** Undefined until {@link join}. */
  get late(): NodeChild | undefined {
    return this.#late
  }

  /**
   * Starts the node that joins. For a snapshot it is told a window, as an operator would be: the fourth member was not in
   * the genesis, and without it the genesis cohort alone is seldom a quorum of the signers (spec protocol 15.2).
   */
  join(): void {
    if (!this.#createLate || this.#late) return
    this.#late = this.#createLate()
    this.children.push(this.#late)
    this.#late.start()
  }

  /** The newest window of which all nodes serve a snapshot by now. */
  get #newestAnchor(): WindowStatus | undefined {
    const lowest = Math.min(...this.children.map(({ status }) => status?.window ?? 0))
    const isAnchor = ({ window }: WindowStatus) => window % SNAPSHOT_INTERVAL === 0 && window <= lowest
    return this.children[0]?.status?.recent.findLast(isAnchor)
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
