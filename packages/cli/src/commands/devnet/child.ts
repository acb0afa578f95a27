import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { sleep } from '@montana/foundation'
import { NODE_ENVIRONMENT } from '@montana/node/runtime-flags'
import type { NodeStatus } from '@montana/node/settings'
import { DrillState } from './drill-state.js'
import { fillLog, freeLog, logPath, readableLog } from './full-log.js'
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
  #isRelaunching = false
  readonly #drill = new DrillState()
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

  get peerId(): string {
    return this.#init.files.identity.peerId
  }

  /** It runs, and has said where it can be asked. */
  get isReady(): boolean {
    return this.#statusUrl !== undefined && !this.isDown
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  start(): void {
    const { files, args } = this.#init
    const log = openSync(logPath(files.dataDir), 'a')
    const env = { ...NODE_ENVIRONMENT, ...process.env, ...this.#drill.environment }
    // The channel is also the tether: when this process dies, the node sees it close and stops.
    // A process group of its own: Ctrl-C reaches the devnet alone, which then ends its nodes in order.
    const child = spawn(process.execPath, [...args], { stdio: ['ignore', log, log, 'ipc'], env, detached: true })
    closeSync(log)
    this.#process = child
    this.#expectedExit = false
    this.isDown = false
    child.on('message', (message: { type?: string; statusUrl?: string }) => {
      if (message.type !== 'ready' || child !== this.#process) return
      this.#statusUrl = message.statusUrl
      this.#tellDrill()
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
    this.#drill.failpoint = failpoint
  }

  restart(): void {
    this.restarts++
    this.start()
  }

  /** Ends the process in order and starts it again, as the build of that version or as itself. */
  relaunch(oldBuild: string | undefined): void {
    this.#drill.oldBuild = oldBuild
    if (this.isDown) return
    this.#statusUrl = undefined
    this.#isRelaunching = true
    this.#expectedExit = true
    void this.#terminate()
  }

  /** Tells the node at once what drills want of it now. */
  changeDrill(change: (state: DrillState) => void): void {
    change(this.#drill)
    this.#tellDrill()
  }

  fillLog(): void {
    fillLog(this.dataDir)
    this.#reopenLog()
  }

  /** Also undoes what a run before has left. */
  freeLog(): void {
    freeLog(this.dataDir)
    this.#reopenLog()
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
    if (this.#isPaused) this.resume()
    await this.#terminate()
  }

  async #terminate(): Promise<void> {
    const child = this.#process
    if (!child) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await gone
    clearTimeout(timer)
  }

  #tellDrill(): void {
    if (this.isReady && this.#process?.connected) this.#process.send(this.#drill.message)
  }

  /** Before it is ready it has no handler for this signal, and opens the file that is there then. */
  #reopenLog(): void {
    if (this.isReady) this.#process?.kill('SIGHUP')
  }

  #onExit(child: ChildProcess, code: number | null): void {
    if (child !== this.#process) return
    this.isDown = true
    this.#statusUrl = undefined
    const isRelaunching = this.#isRelaunching && !this.#isStopping
    this.#isRelaunching = false
    if (isRelaunching) return this.restart()
    const isPlanned = this.#isStopping || this.#expectedExit
    const hitFailpoint = !isPlanned && this.#drill.failpoint !== undefined && code === null
    if (hitFailpoint) {
      this.#drill.failpoint = undefined
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
    const log = readFileSync(readableLog(this.dataDir), 'utf8')
    const line = log
      .trimEnd()
      .split('\n')
      .findLast((text) => text.startsWith('error: '))
    return `${this.label}: ${line?.slice('error: '.length) ?? `exit code ${code}`}`
  }
}
