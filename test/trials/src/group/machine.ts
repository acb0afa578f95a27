import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { TrialNetwork } from '@montana/netns'
import { processesOf, signalAll } from './processes.js'

/** What lies between a machine and its process. */
export interface Place {
  /** What starts a command there, before the command itself. */
  readonly within: readonly string[]
  readonly environment: Readonly<Record<string, string>>
}

export interface MachineInit {
  readonly name: string
  /** Folder of this machine, its HOME; no other trial's process has it. */
  readonly home: string
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly logFile: string
  readonly network: TrialNetwork
  /** Asked at each start. */
  place?(): Place
  onLine?(line: string): void
}

/** One process and everything that it starts, on one machine of the trial. */
export class Machine {
  readonly name: string
  readonly #init: MachineInit
  readonly #log: WriteStream
  #child: ChildProcess | undefined

  constructor(init: MachineInit) {
    this.#init = init
    this.name = init.name
    this.#log = createWriteStream(init.logFile, { flags: 'a' })
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
  }

  start(): void {
    const { network, name, argv, environment, home, onLine, place } = this.#init
    const { within = [], environment: own = {} } = place?.() ?? {}
    const env = { ...process.env, ...environment, ...own, HOME: home }
    // The channel is a tether: agents and witnesses end when whoever started them is gone, however it went.
    const child = network.spawn(name, [...within, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] })
    child.channel?.unref()
    this.#child = child
    // A program that cannot be started ends like one that ends.
    child.on('error', (error) => this.#log.write(`${error.message}\n`))
    child.stderr?.on('data', (chunk: Buffer) => this.#log.write(chunk))
    if (!child.stdout) return
    createInterface({ input: child.stdout }).on('line', (line) => {
      this.#log.write(`${line}\n`)
      onLine?.(line)
    })
  }

  /** The machine loses its power: every process on it, at once. */
  async die(): Promise<void> {
    signalAll(this.#init.home, 'SIGKILL')
    await this.#ended()
  }

  freeze(): void {
    signalAll(this.#init.home, 'SIGSTOP')
  }

  thaw(): void {
    signalAll(this.#init.home, 'SIGCONT')
  }

  /** Only the agent, or whatever else was started first; what it started lives on. */
  signalMain(signal: NodeJS.Signals): void {
    if (this.#child?.pid !== undefined) process.kill(this.#child.pid, signal)
  }

  /** Asks it to end, and kills what is left after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    if (this.isRunning) this.signalMain('SIGTERM')
    await Promise.race([this.#ended(), new Promise((resolve) => setTimeout(resolve, graceMs).unref())])
    await this.die()
  }

  processes(): number[] {
    return processesOf(this.#init.home)
  }

  close(): void {
    this.#log.end()
  }

  async #ended(): Promise<void> {
    if (this.#child && this.isRunning) await once(this.#child, 'exit')
  }
}
