import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '@montana/foundation'
import type { TrialNetwork } from '@montana/netns'
import { NODE_ENVIRONMENT, NODE_FLAGS } from '@montana/node/runtime-flags'
import type { NodeEvent } from '../history/types.js'
import { nowMs } from '../program/clock.js'
import { type Label, WINDOW_MS } from './constants.js'
import type { MemberFiles } from './files.js'

const STOP_TIMEOUT_MS = 10_000
/** As the unit of the product does: Restart=always, RestartSec=1. */
const RESTART_AFTER_MS = 1_000

export interface NodeInit {
  readonly network: TrialNetwork
  readonly files: MemberFiles
  readonly genesisPath: string
  /** Entry point of the build that it runs first. */
  readonly build: string
  /** What starts a command where its data directory is. */
  readonly within: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  onEvent(event: NodeEvent): void
}

/** One real node, kept running as a service manager would; every start and end is an event. */
export class ChaosNode {
  readonly #init: NodeInit
  #child: ChildProcess | undefined
  #isEndWanted = false
  #endedBy: 'killed' | 'stopped' | undefined
  #build: string

  constructor(init: NodeInit) {
    this.#init = init
    this.#build = init.build
  }

  get label(): Label {
    return this.#init.files.label
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  get isRunning(): boolean {
    return this.#child !== undefined
  }

  /** Which build the next start takes. */
  set build(path: string) {
    this.#build = path
  }

  get build(): string {
    return this.#build
  }

  start(): void {
    const { network, within, environment } = this.#init
    const log = openSync(join(this.#init.files.dataDir, '..', `${this.label}.log`), 'a')
    const env = { ...NODE_ENVIRONMENT, ...cleanEnvironment(), ...environment }
    // The channel is the tether: when this process dies, the node sees it close and stops.
    const child = network.spawn(this.label, [...within, ...this.#argv()], { stdio: ['ignore', log, log, 'ipc'], env })
    closeSync(log)
    this.#child = child
    this.#isEndWanted = false
    this.#tell('spawn', null)
    child.once('exit', (code) => this.#onExit(child, code))
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name)
  }

  /** Ends it by this signal and keeps it down; resolves when it is gone. */
  async end(name: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child
    this.#isEndWanted = true
    if (!child) return
    this.#endedBy = name === 'SIGKILL' ? 'killed' : 'stopped'
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.kill(name)
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await gone
    clearTimeout(timer)
  }

  #argv(): string[] {
    const { files, genesisPath } = this.#init
    const { dataDir, manifestPath, listen, label } = files
    return [
      ...[process.execPath, ...NODE_FLAGS, this.#build, 'start', '--data-dir', dataDir, '--genesis', genesisPath],
      ...['--genesis-manifest', manifestPath, '--listen', listen, '--label', label, '--status-listen', '127.0.0.1:0'],
      ...['--min-window-ms', String(WINDOW_MS)],
    ]
  }

  #onExit(child: ChildProcess, code: number | null): void {
    if (child !== this.#child) return
    this.#child = undefined
    this.#tell(this.#endedBy ?? 'died', code)
    this.#endedBy = undefined
    if (this.#isEndWanted) return
    void sleep(RESTART_AFTER_MS).then(() => {
      if (!this.#isEndWanted && !this.#child) this.start()
    })
  }

  #tell(type: NodeEvent['type'], code: number | null): void {
    this.#init.onEvent({ atMs: nowMs(), label: this.label, type, code })
  }
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('MONTANA_')))
}
