import type { CoreSettings } from './api.js'
import { withHighest, withTried } from './knowledge.js'
import { onLease } from './observe-lease.js'
import { onAnswered, onAsked, onHeard, onMissed, onRelayed } from './observe-peer.js'
import { nameOf, onPosted, onRead } from './observe-witness.js'
import { type CoreState, type Letter, NEVER, type PolicyState, pauseUntil } from './state.js'
import type { Observation, OperatorCommand } from './types.js'

/** What reached the host becomes what it knows. Nothing is decided here. */
export function observe(state: CoreState, seen: Observation, settings: CoreSettings): CoreState {
  switch (seen.kind) {
    case 'answered':
      return onAnswered(state, seen)
    case 'missed':
      return onMissed(state, seen, settings)
    case 'heard':
      return onHeard(state, seen)
    case 'asked':
      return onAsked(state, seen)
    case 'relayed':
      return onRelayed(state, seen)
    case 'witness-read':
      return onRead(state, seen, settings)
    case 'witness-posted':
      return onPosted(state, seen)
    case 'witness-failed':
      return withTried(state, nameOf(seen.witness), seen.atMs)
    default:
      return observeOwn(state, seen)
  }
}

type Own = Extract<
  Observation,
  { kind: 'service' | 'runner' | 'epoch-persisted' | 'epoch-refused' | 'lease' | 'message' | 'command' }
>

/** What comes from this host itself, its sinks and its operator. */
function observeOwn(state: CoreState, seen: Own): CoreState {
  switch (seen.kind) {
    case 'service':
      return withPolicy(state, seen.policy, () => ({ health: seen.health }))
    case 'runner':
      return withPolicy(state, seen.policy, ({ events }) => ({ events: [...events, seen.event] }))
    case 'epoch-persisted':
      return withHighest(state, { [seen.policy]: seen.epoch }, {}, NEVER)
    case 'epoch-refused':
      return onRefused(withHighest(state, { [seen.policy]: seen.highest }, {}, seen.atMs), seen)
    case 'lease':
      return withPolicy(withLeaseEpoch(state, seen), seen.policy, ({ lease }) => ({ lease: onLease(lease, seen) }))
    case 'message':
      return withLetter(state, { kind: 'message', from: seen.from, message: seen.message })
    case 'command':
      return onCommand(state, seen.command, seen.atMs)
  }
}

/** A refusal of an older tenure's write does not end the present one. */
function onRefused(state: CoreState, seen: Extract<Observation, { kind: 'epoch-refused' }>): CoreState {
  return withPolicy(state, seen.policy, ({ tenure, isRefused }) => ({
    isRefused: isRefused || (tenure.phase === 'acting' && tenure.epoch < seen.highest),
  }))
}

function withLeaseEpoch(state: CoreState, { policy, atMs, lease }: Extract<Observation, { kind: 'lease' }>): CoreState {
  const epoch = lease.kind === 'acquired' || lease.kind === 'holder' ? lease.epoch : null
  return epoch === null ? state : withHighest(state, { [policy]: epoch }, {}, atMs)
}

function onCommand(state: CoreState, command: OperatorCommand, atMs: number): CoreState {
  if (command.kind === 'pause') return { ...state, pause: pauseUntil(command.pause, atMs) }
  if (command.kind === 'resume') return resumed(state)
  if (command.kind === 'stop') return { ...state, isStopping: true }
  return withLetter(state, { kind: 'command', command })
}

/** Also the pauses that others told of: one that has died meanwhile cannot take its own back. Who lives tells again. */
function resumed(state: CoreState): CoreState {
  const hosts = Object.entries(state.hosts).map(([host, known]) => [host, { ...known, pause: null }])
  return { ...state, pause: null, hosts: Object.fromEntries(hosts) }
}

function withLetter(state: CoreState, letter: Letter): CoreState {
  return { ...state, inbox: [...state.inbox, letter] }
}

export function withPolicy(
  state: CoreState,
  name: string,
  change: (policy: PolicyState) => Partial<PolicyState>,
): CoreState {
  const policy = state.policies[name]
  return policy ? { ...state, policies: { ...state.policies, [name]: { ...policy, ...change(policy) } } } : state
}
