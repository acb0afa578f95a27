import type { Effect, OutgoingMessage, Wanted } from '@montana/consensus'
import { toHex } from '@montana/foundation'
import type { HostBug } from './bugs.js'
import type { DiskRecord } from './disk.js'
import type { UndatedEvent } from './inbox.js'

/** What carrying out an effect may touch: one process and its surroundings. */
export interface EffectTarget {
  grind(window: number, previous: Uint8Array, d: number): void
  prove(request: Extract<Effect, { type: 'prove' }>): void
  verifyCandidate(request: Extract<Effect, { type: 'verifyCandidate' }>): void
  fetch(wanted: Wanted): void
  evidence(found: Extract<Effect, { type: 'evidence' }>): void
  /** The signature arrives later as an event. */
  sign(message: Uint8Array, done: (signature: Uint8Array) => UndatedEvent): void
  broadcast(message: OutgoingMessage): void
  send(to: string, message: OutgoingMessage): void
  behind(from: string, window: number): void
}

/** What the disk has to keep before the next effect may happen; undefined for effects that leave the disk alone. */
export function recordOf(effect: Effect): DiskRecord | undefined {
  switch (effect.type) {
    case 'commit':
      return { type: 'commit', commit: effect.commit }
    case 'journal':
      return { type: 'journal', entry: effect.entry }
    case 'certificate':
      return { type: 'certificate', window: effect.window, bytes: effect.bytes }
    case 'keep':
      return { type: 'object', hash: effect.hash, bytes: effect.bytes }
    case 'drop':
      return { type: 'object', hash: effect.hash, bytes: undefined }
    case 'signFrom':
      return { type: 'signFrom', window: effect.window }
    default:
      return undefined
  }
}

/** Carries out an effect that {@link recordOf} does not cover. */
export function carryOut(target: EffectTarget, effect: Effect): void {
  switch (effect.type) {
    case 'grind':
      return target.grind(effect.window, effect.previous, effect.d)
    case 'prove':
      return target.prove(effect)
    case 'verifyCandidate':
      return target.verifyCandidate(effect)
    case 'fetch':
      return target.fetch(effect.wanted)
    case 'evidence':
      return target.evidence(effect)
    case 'sign':
      return sign(target, effect)
    case 'broadcast':
      return target.broadcast(effect.message)
    case 'send':
      return target.send(effect.to, effect.message)
    case 'behind':
      return target.behind(effect.from, effect.window)
    default:
      return
  }
}

function sign(target: EffectTarget, effect: Extract<Effect, { type: 'sign' }>): void {
  const { kind, window, scope, message, draft } = effect
  target.sign(message, (signature) => ({ type: 'signed', kind, window, scope, signature, ...(draft && { draft }) }))
}

/** One line for the trace; only what is worth reading. */
export function describeEffect(effect: Effect): string | undefined {
  switch (effect.type) {
    case 'commit':
      return `commit w=${effect.commit.window} value=${toHex(effect.commit.cementValue).slice(0, 16)}`
    case 'journal': {
      const { kind, window, round, phase, hash } = effect.entry
      return `journal ${kind} w=${window} r=${round} p=${phase} ${toHex(hash).slice(0, 16)}`
    }
    case 'finding':
      return `finding ${effect.code} w=${effect.window}: ${effect.detail}`
    case 'rejected':
      return `rejected ${effect.code} w=${effect.window} from=${effect.from}`
    case 'evidence':
      return `evidence ${effect.kind} w=${effect.window}`
    case 'signFrom':
      return `signs from w=${effect.window}`
    default:
      return undefined
  }
}

/** The order in which a process carries effects out; a planted bug announces before it is durable. */
export function orderEffects(effects: readonly Effect[], bugs: ReadonlySet<HostBug>): readonly Effect[] {
  if (!bugs.has('commit-after-broadcast')) return effects
  const isWrite = (effect: Effect) => effect.type === 'commit'
  return [...effects.filter((effect) => !isWrite(effect)), ...effects.filter(isWrite)]
}
