import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { lineReader } from '../process/line-reader.js'
import { monotonicMs } from '../process/monotonic.js'
import { ENDED, encodeWards, HEARD, LINE_MAX_CHARS } from './keeper-lines.js'
import type { FenceLayer, LayerModules } from './layer.js'
import type { TimedWard } from './ward.js'

// By way of dist, so that the sources find the compiled script too when tests import them directly.
const SCRIPT = fileURLToPath(new URL('../../dist/keeper/keeper-main.js', import.meta.url))
/** It holds a list of a few services. */
const FLAGS = ['--max-old-space-size=16', '--max-semi-space-size=1', '--v8-pool-size=0']

/** Between two lines of which none tells of a new service; four fit into the silence that is allowed, and more. */
const SEND_EVERY_MS = 200
/** Lines without an answer after which it counts as frozen: at least two seconds of a loop that turned. */
const UNANSWERED_MAX = 10
/** Before a keeper that ended at once is started again. */
const RESTART_MS = 1_000

/** The process beside the agent; a missing or silent one is an alarm, and replaced. Decisions, Failover. */
export class KeeperProcess implements FenceLayer {
  readonly #modules: LayerModules
  #child: ChildProcess | undefined
  #wards: readonly TimedWard[] = []
  #unanswered = 0
  #sentMs = Number.NEGATIVE_INFINITY
  #isClosed = false
  #restart: NodeJS.Timeout | undefined

  constructor(modules: LayerModules) {
    this.#modules = modules
    this.#start()
  }

  /** Of the keeper; undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid
  }

  renew(wards: readonly TimedWard[]): void {
    const hasChanged = !isSameSet(wards, this.#wards)
    this.#wards = wards
    if (!hasChanged && monotonicMs() - this.#sentMs < SEND_EVERY_MS) return
    if (this.#unanswered >= UNANSWERED_MAX) this.#replace()
    else this.#send()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#restart)
    const child = this.#child
    if (!child) return
    const ended = new Promise((resolve) => child.once('close', resolve))
    child.stdin?.end()
    await ended
  }

  #start(): void {
    const startMs = monotonicMs()
    const child = spawn(process.execPath, [...FLAGS, SCRIPT], {
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
      // Debugging flags and the like of the agent are not the keeper's; it finds systemctl by its path.
      env: { PATH: process.env.PATH },
    })
    this.#child = child
    this.#unanswered = 0
    child.stdin?.on('error', () => {})
    child.stdout?.setEncoding('utf8').on('data', lineReader(LINE_MAX_CHARS, this.#answered))
    child.on('error', () => this.#ended(child, startMs))
    child.on('exit', () => this.#ended(child, startMs))
    this.#send()
  }

  #send(): void {
    if (!this.#child?.stdin?.writable) return
    this.#child.stdin.write(encodeWards(this.#wards))
    this.#unanswered += 1
    this.#sentMs = monotonicMs()
  }

  #answered = (line: string): void => {
    if (line === HEARD) this.#unanswered = 0
    if (!line.startsWith(ENDED)) return
    this.#modules.alarm('KEEPER_KILLED', `${line.slice(ENDED.length)} was ended by the keeper: the agent was silent`)
  }

  #replace(): void {
    this.#modules.alarm('KEEPER_MISSING', 'the keeper does not answer and is replaced')
    const old = this.#child
    this.#child = undefined
    old?.kill('SIGKILL')
    this.#start()
  }

  #ended(child: ChildProcess, startMs: number): void {
    if (child !== this.#child || this.#isClosed) return
    this.#child = undefined
    this.#modules.alarm('KEEPER_MISSING', 'the keeper ended and is started again')
    const waitMs = monotonicMs() - startMs < RESTART_MS ? RESTART_MS : 0
    this.#restart = setTimeout(() => this.#start(), waitMs)
  }
}

function isSameSet(a: readonly TimedWard[], b: readonly TimedWard[]): boolean {
  return a.length === b.length && a.every(({ service, group }, i) => b[i]?.service === service && b[i].group === group)
}
