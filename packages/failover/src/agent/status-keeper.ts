import { formatTime } from '@montana/foundation'
import { witnessTimes } from '../config/bounds/witness-times.js'
import type { GroupConfig, WitnessConfig } from '../config/types.js'
import type { PolicyDecision } from '../core/api.js'
import type { Effect, Observation } from '../core/types.js'
import { createFailoverMetrics, type FailoverMetrics, showDecision, showHost } from './metrics.js'
import type { AgentModules, Diagnosis } from './ports.js'
import { type FailoverStatus, statusOf, type WitnessStatus } from './status.js'

export interface StatusKeeperInit {
  readonly config: GroupConfig
  readonly self: string
  readonly boundsMs: Readonly<Record<string, number>>
}

/** A loop that did not turn for so long is standing still: isolateAfter of spec three-mirror 4. */
const STALLED_MS = 2_000
const TRANSITIONS_SHOWN = 5

type Modules = Pick<AgentModules, 'clock' | 'channel' | 'history' | 'metrics' | 'pauses' | 'breath'>

/** Remembers what the last turn decided, for whoever asks; decides nothing. */
export class StatusKeeper {
  readonly #init: StatusKeeperInit
  readonly #modules: Modules
  readonly #metrics: FailoverMetrics
  readonly #startedMs: number
  readonly #since: Record<string, string> = {}
  readonly #witnessMs = new Map<string, number>()
  readonly #diagnoses: Record<string, Diagnosis> = {}
  #decisions: readonly PolicyDecision[] = []
  #turnMs: number
  #gapMs = 0

  constructor(init: StatusKeeperInit, modules: Modules) {
    this.#init = init
    this.#modules = modules
    this.#metrics = createFailoverMetrics(modules.metrics)
    this.#startedMs = modules.clock().nowMs
    this.#turnMs = this.#startedMs
  }

  observed(observation: Observation): void {
    if (observation.kind === 'missed') this.#metrics.misses.inc({ host: observation.host })
    else if (observation.kind === 'witness-read') this.#witnessMs.set(observation.witness, observation.sentAtMs)
    else if (observation.kind === 'epoch-refused') this.#metrics.fenceRejections.inc({ policy: observation.policy })
  }

  noted(effect: Extract<Effect, { kind: 'record' | 'alert' }>): void {
    if (effect.kind === 'alert') {
      if (effect.code === 'OVERLAP' && effect.policy !== null) this.#metrics.overlaps.inc({ policy: effect.policy })
      return
    }
    const { policy, to, phasesMs, rule } = effect.transition
    this.#metrics.transitions.inc({ policy, rule })
    const gapMs = Object.values(phasesMs).reduce((sum, ms) => sum + ms, 0)
    if (to === 'acting' && gapMs > 0) this.#metrics.gap.observe({ policy }, gapMs / 1000)
  }

  decided(policies: readonly PolicyDecision[]): void {
    const { nowMs } = this.#modules.clock()
    this.#gapMs = Math.max(this.#gapMs, nowMs - this.#turnMs)
    this.#turnMs = nowMs
    for (const decision of policies) this.#show(decision)
    this.#decisions = policies
  }

  diagnosed(host: string, diagnosis: Diagnosis): void {
    this.#diagnoses[host] = diagnosis
  }

  isTurning(): boolean {
    return this.#modules.clock().nowMs - this.#turnMs < STALLED_MS
  }

  get decisions(): readonly PolicyDecision[] {
    return this.#decisions
  }

  status(): FailoverStatus {
    const { channel, history, pauses, breath, clock } = this.#modules
    return statusOf({
      ...this.#init,
      nowMs: clock().nowMs,
      upMs: Math.round(clock().nowMs - this.#startedMs),
      decisions: this.#decisions,
      since: this.#since,
      peers: channel.describe(),
      witnesses: Object.fromEntries(this.#init.config.witnesses.map((one) => [one.name, this.#witness(one)])),
      breathing: breath?.state() ?? null,
      pause: pauses.load(),
      loopGapMs: Math.round(this.#gapMs),
      diagnoses: this.#diagnoses,
      transitions: (policy) => history.latest(policy, TRANSITIONS_SHOWN),
    })
  }

  /** Gauges that change without a decision; then the gap begins anew. */
  scrape(): void {
    for (const [host, state] of Object.entries(this.status().hosts)) {
      if (!state.isSelf) showHost(this.#metrics, host, state)
    }
    this.#metrics.loopGap.set({}, this.#gapMs / 1000)
    this.#gapMs = 0
  }

  #show(decision: PolicyDecision): void {
    const before = this.#decisions.find(({ policy }) => policy === decision.policy)
    showDecision(this.#metrics, decision, before)
    if (before?.claim.state === decision.claim.state && before.claim.epoch === decision.claim.epoch) return
    this.#since[decision.policy] = formatTime(Date.now())
  }

  #witness(witness: WitnessConfig): WitnessStatus {
    const at = this.#witnessMs.get(witness.name)
    const ageMs = at === undefined ? null : Math.round(this.#modules.clock().nowMs - at)
    const { isSlow } = witnessTimes(witness, this.#init.config)
    const shownMs = isSlow ? SLOW_SHOWN_MS : FAST_SHOWN_MS
    return { isAnswering: ageMs !== null && ageMs < shownMs, lastAnswerMs: ageMs }
  }
}

/** Three rounds, spec three-mirror 7.2 S1: what did not answer for so long is shown as silent. */
const FAST_SHOWN_MS = 3_000
const SLOW_SHOWN_MS = 15_000
