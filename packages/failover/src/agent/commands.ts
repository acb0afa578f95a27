import { errorMessage, UsageError } from '@montana/foundation'
import type { RequestBody } from '../channel/messages/messages.js'
import type { NodeChannel } from '../channel/types.js'
import type { PolicyDecision } from '../core/api.js'
import type { Observation, OperatorCommand } from '../core/types.js'
import { FailoverError } from '../errors.js'
import type { AgentCommand, CommandResult } from './command-types.js'

export interface CommandModules {
  readonly self: string
  readonly peers: readonly string[]
  readonly channel: NodeChannel
  readonly nowMs: () => number
  decisions(): readonly PolicyDecision[]
  push(observation: Observation): void
  record(command: Readonly<Record<string, unknown>>, from: string): void
}

const PASS_ON_TIMEOUT_MS = 2_000

/** Orders of operators: who has to hear them, and which rule forbids them. Spec three-mirror 3.2, 10.4. */
export class Commands {
  readonly #modules: CommandModules

  constructor(modules: CommandModules) {
    this.#modules = modules
  }

  /** From the socket of this host. */
  async given(command: AgentCommand): Promise<CommandResult> {
    if (command.kind === 'promote') return await this.#promote(command)
    if (command.kind === 'step-down') return this.#take(command, this.#modules.self)
    return await this.#everywhere(command)
  }

  /** From another host, which has asked what had to be asked. A host steps down by its own operator only. */
  passedOn(from: string, { command, operator }: RequestBody<'command'>): void {
    if (command.kind === 'step-down')
      throw new FailoverError('CHANNEL_REFUSED', 'a host steps down by its own operator')
    this.#modules.record({ operator, ...command }, from)
    this.#modules.push({ kind: 'command', atMs: this.#modules.nowMs(), command })
  }

  /** A handover is the leader's to make; without one the target decides for itself. */
  async #promote(command: AgentCommand & { kind: 'promote' }): Promise<CommandResult> {
    const { self, peers } = this.#modules
    const target = command.host ?? self
    const decision = this.#modules.decisions().find(({ policy }) => policy === command.policy)
    if (!decision) throw usage('policy', `there is no policy ${command.policy}`)
    if (target !== self && !peers.includes(target)) throw usage('host', `there is no host ${target} in this group`)
    const refusal = promotionRefusal(decision, target, self, command.isForced)
    if (refusal) return refusal
    const full = { ...command, host: target }
    const decider = decision.leader?.host ?? target
    if (decider === self) return this.#take(full, self)
    await this.#passOn(decider, full)
    return { accepted: true, text: textOf(full) }
  }

  /** Pause and resume are of the whole group; who cannot be reached learns it from heartbeats. */
  async #everywhere(command: AgentCommand): Promise<CommandResult> {
    this.#take(command, this.#modules.self)
    const results = await Promise.allSettled(this.#modules.peers.map((peer) => this.#passOn(peer, command)))
    const missed = this.#modules.peers.filter((_, index) => results[index]?.status === 'rejected')
    const rest = missed.length === 0 ? '' : `; not reached: ${missed.join(', ')}`
    return { accepted: true, text: `${command.kind === 'pause' ? 'paused' : 'resumed'}${rest}` }
  }

  /** Throws FailoverError CHANNEL_REFUSED: no rule forbids it, but it has not been said. */
  async #passOn(host: string, command: AgentCommand): Promise<void> {
    try {
      const epoch = this.#modules.decisions().find(({ policy }) => policy === 'coordinate')?.leader?.epoch ?? null
      const body: RequestBody<'command'> = {
        epoch,
        operator: command.by,
        command: toOperatorCommand(command, this.#modules.self),
      }
      await this.#modules.channel.request(host, 'command', body, AbortSignal.timeout(PASS_ON_TIMEOUT_MS))
    } catch (error) {
      throw new FailoverError('CHANNEL_REFUSED', `${host} cannot be told: ${errorMessage(error)}`, {
        remedy: `see montana failover status, or give the order on ${host}`,
        cause: error,
      })
    }
  }

  #take(command: AgentCommand, from: string): CommandResult {
    this.#modules.record(command, from)
    this.#modules.push({
      kind: 'command',
      atMs: this.#modules.nowMs(),
      command: toOperatorCommand(command, this.#modules.self),
    })
    return { accepted: true, text: textOf(command) }
  }
}

function textOf(command: AgentCommand): string {
  if (command.kind === 'promote') return `${command.policy} moves to ${command.host}; see montana failover status`
  if (command.kind === 'step-down') return `steps down and stays out for ${Math.round(command.forMs / 1000)} s`
  return command.kind === 'pause' ? `paused for ${Math.round(command.forMs / 60_000)} min` : 'resumed'
}

type TravellingCommand = Exclude<OperatorCommand, { kind: 'stop' }>

function toOperatorCommand(command: AgentCommand, self: string): TravellingCommand {
  if (command.kind === 'promote') {
    const { policy, host = self, reason, isForced } = command
    return { kind: 'promote', policy, host, reason, isForced }
  }
  if (command.kind === 'step-down') return { kind: 'step-down', forMs: command.forMs, reason: command.reason }
  if (command.kind === 'resume') return { kind: 'resume' }
  return { kind: 'pause', pause: { reason: command.reason, by: command.by, remainingMs: command.forMs } }
}

/** What can be told without asking: the rest is the core's to decide, and shows in the status. */
function promotionRefusal(
  { leader, hosts, standing, claim }: PolicyDecision,
  target: string,
  self: string,
  isForced: boolean,
): CommandResult | undefined {
  if (leader?.host === target) return refused('D5', `${target} leads already`)
  if (target === self) {
    if (!leader && standing === 'none')
      return refused('D2', 'this host is isolated: neither a majority nor the witnesses answer')
    if (!claim.isEligible && !isForced) return refused('D6', `this host is not eligible: ${claim.reason}`)
    return undefined
  }
  const host = hosts[target]
  if (!host?.isAlive) return refused('D6', `${target} does not answer`)
  if (!host.isEligible && !isForced)
    return refused('D6', `${target} is not eligible: ${host.reason ?? 'it does not say why'}`)
  return undefined
}

function usage(field: string, message: string): UsageError {
  return new UsageError(message, { field, remedy: 'see montana failover status for the names' })
}

function refused(rule: string, text: string): CommandResult {
  return { accepted: false, rule, text }
}
