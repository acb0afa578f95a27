import { errorCode, errorMessage, type Logger } from '@montana/foundation'
import type { NodeChannel } from '../channel/types.js'
import type { Effect, Observation } from '../core/types.js'
import type { AgentModules } from './ports.js'
import { Turns } from './turns.js'

export type EffectOf<K extends Effect['kind']> = Extract<Effect, { kind: K }>

export interface EffectModules
  extends Pick<AgentModules, 'services' | 'epochs' | 'history' | 'leases' | 'channel' | 'logger'> {
  readonly nowMs: () => number
  push(observation: Observation): void
  /** For metrics: what was recorded, and what somebody has to look at. */
  noted(effect: EffectOf<'record' | 'alert'>): void
  announce(): void
  confirm(hosts: readonly string[]): void
}

/** How long a message of the handover may take; a lost one is the core's matter. */
const SEND_TIMEOUT_MS = 1_000

/**
 * Carries out what the core decided. Effects of one policy run in their order, and nothing begins before the epoch is
 * durable; what ends a tenure waits for nothing and cancels what is on its way.
 */
export class Effects {
  readonly #modules: EffectModules
  readonly #signal: AbortSignal
  readonly #turns = new Map<string, Turns>()

  constructor(modules: EffectModules, signal: AbortSignal) {
    this.#modules = modules
    this.#signal = signal
  }

  execute(effects: readonly Effect[]): void {
    for (const effect of effects) this.#execute(effect)
  }

  #execute(effect: Effect): void {
    const { history, logger, announce, confirm, noted } = this.#modules
    if (effect.kind === 'record' || effect.kind === 'alert') noted(effect)
    if (effect.kind === 'announce') announce()
    else if (effect.kind === 'confirm') confirm(effect.hosts)
    else if (effect.kind === 'send') void send(this.#modules, effect, this.#signal)
    else if (effect.kind === 'record') history.append(effect.transition)
    else if (effect.kind === 'alert') logger.warn({ code: effect.code, policy: effect.policy }, effect.text)
    else this.#executeFor(effect.policy, effect)
  }

  #executeFor(policy: string, effect: PolicyEffect): void {
    if (effect.kind === 'demote') this.#demote(effect)
    else if (effect.kind === 'fence-local') this.#fence(policy)
    else if (effect.kind === 'persist-epoch') this.#turnsOf(policy).add(() => this.#persist(effect))
    else if (effect.kind === 'promote') this.#turnsOf(policy).add((signal) => this.#begin(effect, signal))
    else if (isReadiness(effect)) this.#ready(effect)
    else this.#lease(effect)
  }

  #turnsOf(policy: string): Turns {
    const found = this.#turns.get(policy) ?? new Turns(this.#signal)
    this.#turns.set(policy, found)
    return found
  }

  async #persist({ policy, epoch }: EffectOf<'persist-epoch'>): Promise<void> {
    const { epochs, push, nowMs, logger } = this.#modules
    try {
      await epochs.persist(policy, epoch)
    } catch (error) {
      const reason = `epoch not durable: ${errorMessage(error)}`
      logger.error({ policy, epoch: String(epoch), code: errorCode(error) }, 'the epoch could not be made durable')
      push({ kind: 'runner', policy, atMs: nowMs(), event: { kind: 'promote-failed', epoch, reason } })
      throw error
    }
    push({ kind: 'epoch-persisted', policy, epoch })
  }

  /** Does not wait: a promotion takes seconds, and a demotion must be able to overtake it. */
  async #begin({ policy, epoch, mode, standing, reason }: EffectOf<'promote'>, signal: AbortSignal): Promise<void> {
    const { services, nowMs, push, logger } = this.#modules
    logger.info({ policy, epoch: String(epoch), mode, reason }, 'becoming master')
    void services[policy]?.promote({ policy, epoch, mode, standing, reason }, signal).then(
      () => push({ kind: 'runner', policy, atMs: nowMs(), event: { kind: 'promoted', epoch } }),
      (error: unknown) => {
        if (signal.aborted) return
        const reason = errorMessage(error)
        logger.warn({ policy, epoch: String(epoch), code: errorCode(error), reason }, 'promotion failed')
        push({ kind: 'runner', policy, atMs: nowMs(), event: { kind: 'promote-failed', epoch, reason } })
      },
    )
  }

  #demote({ policy, budgetMs, isGraceful, reason }: EffectOf<'demote'>): void {
    const { services, nowMs, push, logger } = this.#modules
    this.#turns.get(policy)?.cancel()
    logger.info({ policy, reason, isGraceful }, 'becoming standby')
    void services[policy]?.demote({ budgetMs, isGraceful, reason }).then(
      () => push({ kind: 'runner', policy, atMs: nowMs(), event: { kind: 'demoted' } }),
      (error: unknown) => {
        const reason = errorMessage(error)
        logger.error({ policy, code: errorCode(error), reason }, 'the service could not be stopped')
        push({ kind: 'runner', policy, atMs: nowMs(), event: { kind: 'demote-failed', reason } })
      },
    )
  }

  #fence(policy: string): void {
    this.#turns.get(policy)?.cancel()
    this.#modules.services[policy]?.fence()
  }

  #ready({ kind, policy }: Readiness): void {
    const { services, nowMs, push, logger } = this.#modules
    const event = { kind: kind === 'prepare' ? 'prepared' : 'quiesced' } as const
    // What could not be prepared starts cold; what could not be quiesced is stopped all the same.
    const done = () => push({ kind: 'runner', policy, atMs: nowMs(), event })
    void services[policy]?.[kind](this.#signal).then(done, (error: unknown) => {
      logger.warn({ policy, code: errorCode(error) }, `${kind} failed`)
      done()
    })
  }

  #lease(effect: LeaseEffect): void {
    const lease = this.#modules.leases[effect.policy]
    if (effect.kind === 'transfer') lease?.transfer(effect.target)
    else if (effect.kind === 'acquire') lease?.acquire(effect.floor)
    else if (effect.kind === 'renew') lease?.renew()
    else lease?.release()
  }
}

type Readiness = Extract<Effect, { kind: 'prepare' | 'quiesce' }>
type LeaseEffect = Exclude<PolicyEffect, Readiness | EffectOf<'demote' | 'fence-local' | 'persist-epoch' | 'promote'>>

function isReadiness(effect: PolicyEffect): effect is Readiness {
  return effect.kind === 'prepare' || effect.kind === 'quiesce'
}

type PolicyEffect = Exclude<Effect, { kind: 'announce' | 'confirm' | 'send' | 'record' | 'alert' }>

async function send(
  { channel, logger }: { channel: NodeChannel; logger: Logger },
  { host, message }: EffectOf<'send'>,
  signal: AbortSignal,
): Promise<void> {
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(SEND_TIMEOUT_MS)])
  await channel.request(host, message.type, message, timeout).catch((error: unknown) => {
    logger.debug({ host, type: message.type, code: errorCode(error) }, 'message was not delivered')
  })
}
