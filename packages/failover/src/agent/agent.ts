import type { Core } from '../core/api.js'
import type { Heartbeat, Observation } from '../core/types.js'
import type { Epoch } from '../epoch.js'
import { Commands } from './commands.js'
import { Confirmation } from './confirmation.js'
import { Diagnoses } from './diagnoses.js'
import { Effects } from './effects.js'
import { Heartbeats } from './heartbeats.js'
import { exchangeHistory } from './history-exchange.js'
import { answerRequests } from './incoming.js'
import { DecisionLoop } from './loop.js'
import { PauseKeeper } from './pause-keeper.js'
import type { AgentModules, AgentOptions } from './ports.js'
import { logChanges } from './role-lines.js'
import { StatusKeeper } from './status-keeper.js'
import { untilAborted, untilIdle } from './waits.js'
import { WitnessRounds } from './witness-rounds.js'

export interface AgentInit<State> extends AgentOptions {
  readonly core: Core<State>
  readonly boundsMs: Readonly<Record<string, number>>
}

/** Loop, probes, witnesses and effects of one host. */
export class Agent<State> {
  readonly status: StatusKeeper
  readonly commands: Commands
  readonly #modules: AgentModules
  readonly #peers: readonly string[]
  readonly #self: string
  readonly #loop: DecisionLoop<State>
  readonly #heartbeats: Heartbeats
  readonly #rounds: readonly WitnessRounds[]
  /** Fires when the last role is given away and nothing may begin any more. */
  readonly #ended = new AbortController()

  constructor(init: AgentInit<State>, modules: AgentModules) {
    this.#modules = modules
    this.#self = init.self
    this.#peers = Object.keys(init.config.hosts).filter((host) => host !== init.self)
    this.status = new StatusKeeper(init, modules)
    this.commands = this.#createCommands()
    this.#heartbeats = this.#createHeartbeats(init)
    this.#rounds = this.#createRounds()
    this.#loop = this.#createLoop(init)
  }

  /** Runs until `signal` fires; then gives every role away, stops what runs, and resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const { signal: ended } = this.#ended
    const stops = this.#listen()
    this.#loop.start()
    this.#resumePause()
    const shared = { peers: this.#peers, channel: this.#modules.channel, history: this.#modules.history }
    const rounds = this.#rounds.map((round) => round.run(ended))
    const work = [this.#heartbeats.run(ended), ...rounds, exchangeHistory(shared, ended)]
    await untilAborted(signal)
    this.#push({ kind: 'command', atMs: this.#nowMs(), command: { kind: 'stop' } })
    await untilIdle(this.status)
    this.#ended.abort()
    this.#loop.stop()
    for (const stop of stops) stop()
    await Promise.allSettled(work)
    await Promise.allSettled(Object.values(this.#modules.services).map((services) => services.close()))
  }

  /** A sink has seen `highest`: rule D3 by another way. */
  epochRefused(policy: string, highest: Epoch): void {
    this.#push({ kind: 'epoch-refused', policy, atMs: this.#nowMs(), highest })
  }

  /** Takes in what reached this host. */
  #push = (observation: Observation): void => {
    this.status.observed(observation)
    if (observation.kind === 'answered' || observation.kind === 'heard') this.#noteHead(observation)
    this.#loop.push(observation)
  }

  #nowMs = (): number => this.#modules.clock().nowMs

  #noteHead({ host, heartbeat: { breath } }: { readonly host: string; readonly heartbeat: Heartbeat }): void {
    if (breath) this.#modules.breath?.noteHead(host, breath.head)
  }

  /** Best known age of a host's last sign of life. */
  #ageOf(host: string): number | null {
    return this.status.decisions[0]?.hosts[host]?.lastHeardMs ?? null
  }

  #announce = (): void => {
    this.#heartbeats.announce()
    this.#readWitnesses()
  }

  #readWitnesses = (): void => {
    for (const round of this.#rounds) round.wake()
  }

  /** A pause that was in force when the agent ended still is. */
  #resumePause(): void {
    const pause = this.#modules.pauses.load()
    if (pause) this.#push({ kind: 'command', atMs: this.#nowMs(), command: { kind: 'pause', pause } })
  }

  #listen(): (() => void)[] {
    const { services, leases, channel, breath, history } = this.#modules
    const [nowMs, push] = [this.#nowMs, this.#push]
    const answer = (receiver: string) => this.#loop.answer(receiver)
    const shared = {
      self: this.#self,
      peers: this.#peers,
      channel,
      heartbeats: this.#heartbeats,
      commands: this.commands,
      nowMs,
      push,
    }
    answerRequests(
      { ...shared, history, ...(breath && { breath }), answer, ageOf: (host: string) => this.#ageOf(host) },
      this.#ended.signal,
    )
    const health = Object.entries(services).map(([policy, port]) =>
      port.onHealth((found) => {
        const lagMs = Math.max(found.lagMs, this.#modules.breath?.state()?.lagMs ?? 0)
        push({ kind: 'service', policy, atMs: nowMs(), health: { ...found, lagMs } })
      }),
    )
    const lease = Object.entries(leases).map(([policy, port]) =>
      port.onObservation((found) => push({ kind: 'lease', policy, atMs: nowMs(), lease: found })),
    )
    return [...health, ...lease]
  }

  #createHeartbeats({ config }: AgentInit<State>): Heartbeats {
    const { intervalMs, timeoutMs, confirmMs, isBurst } = config.profile
    return new Heartbeats(
      { peers: this.#peers, intervalMs, timeoutMs, burstMs: isBurst ? confirmMs : 0 },
      {
        channel: this.#modules.channel,
        nowMs: this.#nowMs,
        push: this.#push,
        heartbeat: (receiver) => this.#loop.heartbeat(receiver),
      },
    )
  }

  #createRounds(): WitnessRounds[] {
    const { witnesses, signPost: sign, logger } = this.#modules
    const shared = { nowMs: this.#nowMs, push: this.#push, sign, logger }
    return witnesses.map((witness) => new WitnessRounds(witness, { ...shared, post: () => this.#loop.post() }))
  }

  #createLoop({ core }: AgentInit<State>): DecisionLoop<State> {
    const { clock, beat, logger } = this.#modules
    const effects = new Effects(
      {
        ...this.#modules,
        nowMs: this.#nowMs,
        push: this.#push,
        announce: this.#announce,
        confirm: this.#confirmWith(),
        noted: (effect) => this.status.noted(effect),
      },
      this.#ended.signal,
    )
    const pauses = new PauseKeeper(this.#modules.pauses, logger, this.#nowMs)
    return new DecisionLoop({
      core,
      clock,
      breath: () => this.#modules.breath?.state() ?? null,
      execute: (list) => effects.execute(list),
      onTurn: ({ policies, probeEveryMs, witnessEveryMs }, decidedMs) => {
        logChanges(logger, this.status.decisions, { policies, decidedMs })
        this.status.decided(policies)
        pauses.show(this.#loop.pause)
        this.#heartbeats.every(probeEveryMs)
        for (const round of this.#rounds) round.every(witnessEveryMs)
      },
      beat: ({ policies }) =>
        beat({ actUntilMs: Object.fromEntries(policies.map(({ policy, actUntilMs }) => [policy, actUntilMs])) }),
    })
  }

  /** Everybody is asked about the silent; what else answers there is for people. */
  #confirmWith(): (hosts: readonly string[]) => void {
    const { channel, diagnose } = this.#modules
    const shared = { channel, heartbeats: this.#heartbeats, nowMs: this.#nowMs, push: this.#push }
    const confirmation = new Confirmation(this.#peers, RELAY_TIMEOUT_MS, {
      ...shared,
      readWitnesses: this.#readWitnesses,
    })
    const diagnoses = new Diagnoses(diagnose, (host, found) => this.status.diagnosed(host, found))
    return (hosts) => {
      confirmation.start(hosts, this.#ended.signal)
      diagnoses.start(hosts, this.#ended.signal)
    }
  }

  #createCommands(): Commands {
    const { channel, logger } = this.#modules
    return new Commands({
      self: this.#self,
      peers: this.#peers,
      channel,
      nowMs: this.#nowMs,
      push: this.#push,
      decisions: () => this.status.decisions,
      record: (command, from) => logger.info({ command, from }, 'command of an operator'),
    })
  }
}

/** A peer asks in our place, which takes its own timeout and two ways more. */
const RELAY_TIMEOUT_MS = 1_500
