import { genesisHash } from '@montana/ledger'
import { Trace } from '../kernel/trace.js'
import { Authenticator } from '../node/authenticator.js'
import type { HostBug } from '../node/bugs.js'
import type { Process } from '../node/process.js'
import { auditStores, replay } from '../oracles/audit.js'
import { CREDIT_WINDOWS, creditProblem } from '../oracles/credit-oracle.js'
import { weightsOf } from '../oracles/facts.js'
import type { Epochs } from '../oracles/history.js'
import type { Violation } from '../oracles/oracle.js'
import { Watcher } from '../oracles/watcher.js'
import { type Plan, WINDOW_MS } from '../plan/plan.js'
import { installFastMerkle } from '../stubs/merkle.js'
import { World } from '../world.js'

/** Windows of one stretch with faults; after each, the network has to recover. */
const FAULTY_WINDOWS = 12
/** A stretch ends after this many nominal windows even when the faults let nothing through. */
const FAULTY_PATIENCE = 20
/** Reliability goal 2: after the last fault heals, each core node cements within this many windows. */
const RECOVERY_WINDOWS = 3

/** Stretches that a run may take beyond what its windows need. No special reason: each cements three windows or fails. */
const SPARE_STRETCHES = 20
/** More events than this per window are a storm of messages; runs with many faults have had 4,000. */
const EVENTS_PER_WINDOW = 25_000
/** Part of the fastest clock's speed; clocks differ by one percent either way. */
const NOMINAL_SPEED = 0.975
/** Spec protocol 11.2 rule 7: a Propose is waited for twice the last tick, times the round, at most eight times. */
const PROPOSE_TIMEOUT_TICKS = 2
const LATE_ROUND = 8

export interface RunOptions {
  readonly keepsTrace?: boolean
  readonly bugs?: ReadonlySet<HostBug>
}

export interface RunResult {
  readonly seed: number
  readonly violation: Violation | undefined
  /** Windows that the network cemented. */
  readonly windows: number
  readonly epochs: Epochs
  readonly virtualMs: number
  readonly events: number
  /** SHA-256 over the trace, hex. */
  readonly traceHash: string
  readonly lines: readonly string[]
}

/** One whole history: faulty stretches, each followed by a recovery, until every core node has `plan.windows`. */
export function runSeed(plan: Plan, { keepsTrace = false, bugs = new Set() }: RunOptions = {}): RunResult {
  installFastMerkle()
  const trace = new Trace(keepsTrace)
  let watcher: Watcher | undefined
  const world = new World({
    ...{ plan, trace, bugs },
    createWatch: (document, self) => {
      watcher = new Watcher(document, self)
      return watcher
    },
  })
  if (!watcher) throw new Error('the world made no watch')
  const violation = new Run(plan, world, watcher).execute()
  const { nowMs, events } = world
  if (violation) trace.note(nowMs, '--', `violation ${violation.invariant} ${violation.name} w=${violation.window}`)
  const windows = watcher.history.head
  return {
    seed: plan.seed,
    violation,
    windows,
    epochs: watcher.history.epochs,
    virtualMs: nowMs,
    events,
    traceHash: trace.digest(),
    lines: trace.lines,
  }
}

class Run {
  readonly #plan: Plan
  readonly #world: World
  readonly #watcher: Watcher

  constructor(plan: Plan, world: World, watcher: Watcher) {
    this.#plan = plan
    this.#world = world
    this.#watcher = watcher
  }

  execute(): Violation | undefined {
    this.#world.start()
    const stretches = Math.ceil(this.#plan.windows / FAULTY_WINDOWS) + SPARE_STRETCHES
    for (let stretch = 0; stretch < stretches && !this.#isOver(); stretch++) {
      this.#sufferFaults()
      if (this.#watcher.violation) break
      const since = this.#watcher.history.head
      if (!this.#recover()) break
      if (this.#core().every(({ head }) => head >= this.#plan.windows)) {
        this.#credit(since)
        break
      }
    }
    return this.#watcher.violation ?? this.#audit()
  }

  #isOver(): boolean {
    const { events } = this.#world
    if (events > EVENTS_PER_WINDOW * this.#plan.windows) {
      const window = this.#watcher.history.head + 1
      this.#watcher.report({ invariant: 0, name: 'Liveness', window, detail: `a storm: ${events} events` })
    }
    return this.#watcher.violation !== undefined
  }

  #sufferFaults(): void {
    const goal = Math.min(this.#watcher.history.head + FAULTY_WINDOWS, this.#plan.windows - RECOVERY_WINDOWS)
    this.#world.faults.on()
    this.#world.note('faults on')
    const isDone = () => this.#isOver() || this.#watcher.history.head >= goal
    this.#world.runUntil(isDone, FAULTY_PATIENCE * WINDOW_MS)
    this.#world.faults.off()
    this.#world.note('faults off')
  }

  /**
   * Liveness: each core node cements new windows, in virtual time that is bounded by what it may have to wait for.
   * False where nothing moved: either a violation, or so many members are silent that none could sign (16.3).
   */
  #recover(): boolean {
    const core = this.#core()
    const goal = this.#watcher.history.head + RECOVERY_WINDOWS
    const isLive = this.#canCement(core)
    const isDone = () => this.#isOver() || core.every((process) => process.head >= goal)
    if (this.#world.runUntil(isDone, this.#recoveryMs(core, goal))) return true
    if (!isLive) return this.#watcher.history.head >= goal
    const behind = core.filter((process) => process.head < goal).map(({ name, head }) => `${name} at ${head}`)
    const detail = `${RECOVERY_WINDOWS} windows after the faults ended: ${behind.join(', ')}, goal ${goal}`
    this.#watcher.report({ invariant: 0, name: 'Liveness', window: goal, detail })
    return false
  }

  /** Only who has a clock of nominal speed: a slower node has the value when the window is cemented without it. */
  #credit(since: number): void {
    const { history } = this.#watcher
    const { processes } = this.#world
    const goal = since + CREDIT_WINDOWS
    const isDone = () => this.#isOver() || history.head >= goal
    this.#world.runUntil(isDone, this.#recoveryMs(this.#core(), goal) + 2 * CREDIT_WINDOWS * WINDOW_MS)
    const fastest = Math.max(...processes.map(({ init }) => init.stepsPerSecond))
    const punctual = processes.filter(({ init }) => init.stepsPerSecond >= NOMINAL_SPEED * fastest)
    this.#watcher.report(creditProblem(history.standing, punctual, since))
  }

  /** A quorum of the weight is up, honest, and may sign the next window. */
  #canCement(core: readonly Process[]): boolean {
    const { standing, head } = this.#watcher.history
    const weights = weightsOf(standing, this.#world.document)
    const signing = core.filter(({ disk }) => (disk.signFrom === undefined ? head === 0 : disk.signFrom <= head + 1))
    return signing.reduce((sum, { nodeId }) => sum + weights.of(nodeId), 0) >= weights.quorum
  }

  /**
   * Cementing at the pace of the slowest clock; slots of absent or dishonest members, whose rounds time out; before
   * that the round that was reached in the faults; and what a node that verifies by computing has to compute.
   */
  #recoveryMs(core: readonly Process[], goal: number): number {
    const paces = core.map((process) => this.#windowMs(process))
    const backlogs = core.map((process, index) => {
      const computes = process.init.config.verify.kind !== 'quorum'
      return computes ? (goal - process.head) * (paces[index] ?? 0) : 0
    })
    const windowMs = Math.max(...paces)
    const roundMs = PROPOSE_TIMEOUT_TICKS * windowMs
    const lostSlots = this.#world.document.cementingRule === 'vote' ? this.#world.processes.length - core.length : 0
    const firstMs = this.#world.document.cementingRule === 'vote' ? LATE_ROUND * roundMs * (2 + lostSlots) : 0
    return firstMs + RECOVERY_WINDOWS * (windowMs + 25_000 + 3 * lostSlots * roundMs) + Math.max(...backlogs) + 90_000
  }

  #windowMs({ init }: Process): number {
    const d = this.#watcher.history.standing.context.nextD
    return Math.max((1000 * d * 1.1) / init.stepsPerSecond, init.config.minWindowMs)
  }

  #core(): Process[] {
    return this.#world.processes.filter(({ isHonest, index }) => isHonest && index !== this.#plan.gone)
  }

  #audit(): Violation | undefined {
    const { document, processes, signatures } = this.#world
    const authenticator = new Authenticator(signatures, genesisHash(document))
    return auditStores(processes, this.#watcher.history) ?? replay(this.#watcher.history, document, authenticator)
  }
}
