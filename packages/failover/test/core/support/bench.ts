import type { Core, CoreSettings, PolicyDecision, Turn } from '../../../src/core/api.js'
import { TURN_MS } from '../../../src/core/constants.js'
import { createCore } from '../../../src/core/core.js'
import type { CoreState } from '../../../src/core/state.js'
import type {
  Claim,
  Effect,
  HandoverMessage,
  Heartbeat,
  Observation,
  OperatorCommand,
  Pause,
  ReadPost,
  RunnerEvent,
} from '../../../src/core/types.js'
import type { Epoch } from '../../../src/epoch.js'
import { type Change, claim, POLICY, settingsOf } from './settings.js'

/** What a request takes to its answer. */
const ROUND_TRIP_MS = 20

/** Another host, as a test wants it to be. */
export interface Puppet {
  isUp: boolean
  /** Answers only the peers, which pass it on. */
  isRelayed: boolean
  claim: Claim
  /** Whether it takes note of candidacies. */
  isNoting: boolean
  bootId: string
  highest: Epoch
  pause: Pause | null
}

export interface PuppetWitness {
  isUp: boolean
  /** Whether posts are acknowledged. */
  isWritable: boolean
  upMs: number | null
  /** Claims and ages of what others posted. */
  posts: Record<string, { readonly claim: Claim; ageMs: number | null }>
}

export type Logged<K extends Effect['kind']> = Effect & { readonly kind: K; readonly atMs: number }

/** One real core on a manual clock; everybody else is a puppet. One step is one turn of the loop. */
export class Bench {
  readonly settings: CoreSettings
  readonly core: Core<CoreState>
  readonly peers: Record<string, Puppet>
  readonly witnesses: Record<string, PuppetWitness>
  readonly effects: (Effect & { readonly atMs: number })[] = []
  /** Whether promotions, demotions and the like end by themselves. */
  isRunnerAutomatic = true
  nowMs = 1_000_000
  bootOffsetMs = 0
  state: CoreState
  turn: Turn<CoreState>
  #sequence = 0
  #askedMs = new Map<string, number>()
  #missedMs = new Map<string, number>()

  constructor(self: string, change: Change = {}) {
    this.settings = settingsOf(self, change)
    this.core = createCore(this.settings)
    this.peers = Object.fromEntries(this.settings.hosts.filter((host) => host !== self).map((h) => [h, puppet()]))
    this.witnesses = Object.fromEntries(this.settings.witnesses.map(({ name }) => [name, puppetWitness()]))
    this.state = this.core.initial(this.#clock())
    this.turn = this.#decide()
  }

  peer(host: string): Puppet {
    return present(this.peers[host])
  }

  witness(name: string): PuppetWitness {
    return present(this.witnesses[name])
  }

  get decision(): PolicyDecision {
    return present(this.turn.policies[0])
  }

  get claim(): Claim {
    return this.decision.claim
  }

  /** Turns for so long. */
  run(durationMs: number): this {
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs; ) this.step()
    return this
  }

  /** Until the claim is of this state; at most for `limitMs`. Milliseconds it took. */
  until(state: Claim['state'], limitMs = 30_000): number {
    const startMs = this.nowMs
    while (this.claim.state !== state) {
      if (this.nowMs - startMs > limitMs) throw new Error(`not ${state} within ${limitMs} ms but ${this.claim.state}`)
      this.step()
    }
    return this.nowMs - startMs
  }

  step(stepMs = TURN_MS): this {
    this.nowMs += stepMs
    this.#askWhoIsDue()
    this.turn = this.#decide()
    return this
  }

  /** Time passes and nobody is asked or turns. */
  sleep(durationMs: number): this {
    this.nowMs += durationMs
    return this
  }

  observe(observation: Observation): this {
    this.state = this.core.observe(this.state, observation)
    return this
  }

  command(command: OperatorCommand): this {
    return this.observe({ kind: 'command', atMs: this.nowMs, command })
  }

  message(from: string, message: HandoverMessage): this {
    return this.observe({ kind: 'message', from, atMs: this.nowMs, message })
  }

  runner(event: RunnerEvent): this {
    return this.observe({ kind: 'runner', policy: POLICY, atMs: this.nowMs, event })
  }

  health(isHealthy: boolean | null, change: { isReady?: boolean; lagMs?: number } = {}): this {
    const health = { isHealthy, isReady: true, lagMs: 0, ...change }
    return this.observe({ kind: 'service', policy: POLICY, atMs: this.nowMs, health })
  }

  all<K extends Effect['kind']>(kind: K): Logged<K>[] {
    return this.effects.filter((effect): effect is Logged<K> => effect.kind === kind)
  }

  sent<T extends HandoverMessage['type']>(type: T): Extract<HandoverMessage, { type: T }>[] {
    const messages = this.all('send').map(({ message }) => message)
    return messages.filter((message): message is Extract<HandoverMessage, { type: T }> => message.type === type)
  }

  /** Everybody but this host and `hosts` is dead. */
  seeing(...hosts: readonly string[]): this {
    for (const [host, peer] of Object.entries(this.peers)) peer.isUp = hosts.includes(host)
    return this
  }

  reach(...witnesses: readonly string[]): this {
    for (const [name, witness] of Object.entries(this.witnesses)) witness.isUp = witnesses.includes(name)
    return this
  }

  heartbeatOf(host: string): Heartbeat {
    const { group } = this.settings
    const own = this.core.heartbeat(this.state, host, ++this.#sequence, this.nowMs)
    const { claim: said, isNoting, bootId, highest, pause } = this.peer(host)
    const known = own.highest[POLICY] ?? 0n
    return {
      group,
      host,
      bootId,
      sequence: this.#sequence,
      configDigest: '',
      policies: { [POLICY]: said },
      seen: {},
      highest: { [POLICY]: known > highest ? known : highest },
      noted: isNoting ? { [POLICY]: own.policies[POLICY]?.candidacy ?? 0 } : {},
      breath: null,
      pause,
    }
  }

  #clock() {
    return { nowMs: this.nowMs, bootMs: this.nowMs + this.bootOffsetMs }
  }

  #decide(): Turn<CoreState> {
    const turn = this.core.decide(this.state, this.#clock())
    this.state = turn.state
    for (const effect of turn.effects) this.#do(effect)
    return turn
  }

  #do(effect: Effect): void {
    this.effects.push({ ...effect, atMs: this.nowMs })
    if (effect.kind === 'announce') this.#askedMs.clear()
    if (!this.isRunnerAutomatic) return
    if (effect.kind === 'promote') this.runner({ kind: 'promoted', epoch: effect.epoch })
    if (effect.kind === 'demote') this.runner({ kind: 'demoted' })
    if (effect.kind === 'prepare') this.runner({ kind: 'prepared' })
    if (effect.kind === 'quiesce') this.runner({ kind: 'quiesced' })
  }

  #askWhoIsDue(): void {
    const { probeEveryMs, witnessEveryMs } = this.turn
    for (const [host, peer] of Object.entries(this.peers)) {
      if (peer.isUp && this.#isDue(host, probeEveryMs)) this.#answer(host, peer)
      if (!peer.isUp || peer.isRelayed) this.#miss(host)
    }
    for (const name of Object.keys(this.witnesses)) if (this.#isDue(name, witnessEveryMs)) this.#round(name)
  }

  #isDue(name: string, everyMs: number): boolean {
    if (this.nowMs - (this.#askedMs.get(name) ?? 0) < everyMs) return false
    this.#askedMs.set(name, this.nowMs)
    return true
  }

  #answer(host: string, { isRelayed }: Puppet): void {
    const sentAtMs = this.nowMs - ROUND_TRIP_MS
    const told = { host, sentAtMs, atMs: this.nowMs, heartbeat: this.heartbeatOf(host) }
    if (isRelayed) this.observe({ kind: 'relayed', by: 'another', ageMs: 0, ...told })
    else this.observe({ kind: 'answered', ...told })
  }

  /** Silence counts once per interval. */
  #miss(host: string): void {
    const { intervalMs, timeoutMs } = this.settings.timing
    const lastMs = this.#missedMs.get(host)
    if (lastMs === undefined || this.nowMs - lastMs > 2 * intervalMs) {
      this.#missedMs.set(host, this.nowMs)
      return
    }
    if (this.nowMs - lastMs < intervalMs) return
    this.#missedMs.set(host, this.nowMs)
    this.observe({ kind: 'missed', host, sentAtMs: this.nowMs - timeoutMs, atMs: this.nowMs })
  }

  #round(witness: string): void {
    const { isUp, isWritable, upMs, posts } = this.witness(witness)
    if (!isUp) return void this.observe({ kind: 'witness-failed', witness, atMs: this.nowMs })
    const sentAtMs = this.nowMs - 2 * ROUND_TRIP_MS
    const acknowledgedMs = this.nowMs - ROUND_TRIP_MS
    if (isWritable) this.observe({ kind: 'witness-posted', witness, sentAtMs, atMs: acknowledgedMs, sequence: 1 })
    const read = Object.entries(posts).map(([host, post]) => this.#post(host, post.claim, post.ageMs))
    this.observe({ kind: 'witness-read', witness, sentAtMs: acknowledgedMs, atMs: this.nowMs, upMs, posts: read })
  }

  #post(host: string, said: Claim, ageMs: number | null): ReadPost {
    const { group } = this.settings
    const sequence = ++this.#sequence
    const policies = { [POLICY]: said }
    return { host, ageMs, body: { version: 1, group, host, bootId: `${host}-posted`, sequence, policies, visible: [] } }
  }
}

function puppet(): Puppet {
  return { isUp: true, isRelayed: false, claim: claim(), isNoting: true, bootId: 'boot', highest: 0n, pause: null }
}

function puppetWitness(): PuppetWitness {
  return { isUp: true, isWritable: true, upMs: 3_600_000, posts: {} }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('the bench does not have it')
  return value
}

/** A bench whose host acts. */
export function actingBench(self: string, change: Change = {}): Bench {
  const bench = new Bench(self, change)
  for (const host of bench.settings.hosts) {
    const peer = bench.peers[host]
    if (peer) peer.claim = claim({ isEligible: false, reason: 'starting' })
  }
  bench.until('acting')
  return bench.run(500)
}
