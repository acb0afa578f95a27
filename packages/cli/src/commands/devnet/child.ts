import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '@montana/foundation'
import { NODE_ENVIRONMENT } from '@montana/node/runtime-flags'
import type { NodeStatus } from '@montana/node/settings'
import type { DevnetNodeFiles } from './layout.js'

const STOP_TIMEOUT_MS = 2_500
const PROBE_TIMEOUT_MS = 2_000
/** A node that ends by itself is started again, but not for ever. */
export const MAX_UNPLANNED_RESTARTS = 5
const RESTART_DELAY_MS = 1_000
/** Exit codes after which a restart cannot help. */
const FINAL_EXIT_CODES = new Set([2, 78])

export interface ChildInit {
  readonly files: DevnetNodeFiles
  /** Script and arguments of `montana start`. */
  readonly args: readonly string[]
  onLine(line: string): void
}

/** One node as an operating-system process: started, watched, killed, paused and restarted. */
export class NodeChild {
  readonly #init: ChildInit
  #process: ChildProcess | undefined
  #statusUrl: string | undefined
  #isPaused = false
  #isStopping = false
  #expectedExit = false
  #failpoint: string | undefined
  /** Restarts after an exit, planned or not. */
  restarts = 0
  unplannedExits = 0
  /** Why this node cannot run, its own words. */
  failure: string | undefined
  status: NodeStatus | undefined
  isDown = true
  /** Set when the armed failpoint has killed the node. */
  hasCrashed = false

  constructor(init: ChildInit) {
    this.#init = init
  }

  get label() {
    return this.#init.files.label
  }

  get dataDir(): string {
    return this.#init.files.dataDir
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  start(): void {
    const { files, args } = this.#init
    const log = openSync(join(files.dataDir, 'node.log'), 'a')
    const env = { ...NODE_ENVIRONMENT, ...process.env, ...(this.#failpoint && { MONTANA_FAILPOINT: this.#failpoint }) }
    // The channel is also the tether: when this process dies, the node sees it close and stops.
    // A process group of its own: Ctrl-C reaches the devnet alone, which then ends its nodes in order.
    const child = spawn(process.execPath, [...args], { stdio: ['ignore', log, log, 'ipc'], env, detached: true })
    closeSync(log)
    this.#process = child
    this.#expectedExit = false
    this.isDown = false
    child.on('message', (message: { type?: string; statusUrl?: string }) => {
      if (message.type === 'ready') this.#statusUrl = message.statusUrl
    })
    child.once('exit', (code) => this.#onExit(child, code))
  }

  /** kill -9, as a power cut would. */
  kill(): void {
    this.#expectedExit = true
    this.#process?.kill('SIGKILL')
  }

  /** The next start carries a failpoint, at which the node kills itself. */
  armCrash(failpoint: string): void {
    this.#failpoint = failpoint
  }

  restart(): void {
    this.restarts++
    this.start()
  }

  pause(): void {
    this.#isPaused = this.#process?.kill('SIGSTOP') ?? false
  }

  resume(): void {
    this.#isPaused = false
    this.#process?.kill('SIGCONT')
  }

  /** Asks for the status; undefined while the node cannot answer. */
  async probe(signal: AbortSignal, window?: number): Promise<NodeStatus | undefined> {
    if (!this.#statusUrl || this.isDown || this.#isPaused) return undefined
    const query = window === undefined ? '' : `?window=${window}`
    try {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(PROBE_TIMEOUT_MS)])
      const response = await fetch(`${this.#statusUrl}/status.json${query}`, { signal: deadline })
      this.status = (await response.json()) as NodeStatus
      return this.status
    } catch {
      return undefined
    }
  }

  /** SIGTERM, then SIGKILL; resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#isStopping = true
    const child = this.#process
    if (!child || this.isDown) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (this.#isPaused) this.resume()
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await gone
    clearTimeout(timer)
  }

  #onExit(child: ChildProcess, code: number | null): void {
    if (child !== this.#process) return
    this.isDown = true
    this.#statusUrl = undefined
    const isPlanned = this.#isStopping || this.#expectedExit
    const hitFailpoint = !isPlanned && this.#failpoint !== undefined && code === null
    if (hitFailpoint) {
      this.#failpoint = undefined
      this.hasCrashed = true
    }
    if (isPlanned || hitFailpoint) return
    this.unplannedExits++
    if (FINAL_EXIT_CODES.has(code ?? 0) || this.unplannedExits > MAX_UNPLANNED_RESTARTS) {
      this.failure = this.#lastWords(code)
      return
    }
    this.#init.onLine(`${this.label} ended by itself (exit ${code}); starting it again`)
    void sleep(RESTART_DELAY_MS).then(() => {
      if (!this.#isStopping) this.restart()
    })
  }

  #lastWords(code: number | null): string {
    const log = readFileSync(join(this.#init.files.dataDir, 'node.log'), 'utf8')
    const line = log
      .trimEnd()
      .split('\n')
      .findLast((text) => text.startsWith('error: '))
    return `${this.label}: ${line?.slice('error: '.length) ?? `exit code ${code}`}`
  }
}
