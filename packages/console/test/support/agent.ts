import type { FailoverCommand, FailoverSource } from '../../src/index.js'

export const CHAIN = ['amsterdam', 'almaty', 'spb'] as const
export type Host = (typeof CHAIN)[number]

/** Counter, rank CHAIN, place in the chain. */
export const epochOf = (counter: number, host: Host) =>
  String((BigInt(counter) << 16n) | (2n << 8n) | BigInt(255 - CHAIN.indexOf(host)))

export interface AgentInit {
  readonly self: Host
  readonly leader?: Host | null
  readonly counter?: number
  readonly silent?: readonly Host[]
  readonly digest?: string
  readonly breathing?: unknown
  readonly pause?: unknown
}

/** What an agent answers, as one of this release does. */
export function agentStatus({ self, leader = 'amsterdam', counter = 3, silent = [], ...rest }: AgentInit) {
  const { digest = 'a'.repeat(64), breathing = null, pause = null } = rest
  const isLeader = self === leader
  const epoch = leader && epochOf(counter, leader)
  const host = (name: Host) => ({
    ...{ isSelf: name === self, isAlive: !silent.includes(name), lastHeardMs: name === self ? 0 : 120.5, rttMs: 1.5 },
    ...{ refusal: null, isEligible: { serve: !silent.includes(name) }, reason: null, lagMs: 0 },
    states: { serve: silent.includes(name) ? null : name === leader ? 'acting' : 'standby' },
    probes: silent.includes(name) ? { icmp: true, tcp22: false, tcp443: null } : null,
  })
  return {
    ...{ group: 'montana-5', self, configDigest: digest, upMs: 1, loopGapMs: 251, ofALaterRelease: true },
    policies: {
      serve: {
        ...{
          chain: CHAIN,
          failback: 'auto',
          role: isLeader ? 'master' : 'standby',
          state: isLeader ? 'acting' : 'standby',
        },
        ...{ mode: 'CHAIN', standing: 'majority', isEligible: true, reason: null, epoch, holdDown: null },
        leader: leader && { host: leader, mode: 'CHAIN', epoch, epochText: `${counter}/CHAIN/${leader}` },
        since: '2026-01-01T00:00:00.000Z',
        ...{ leaseRemainingMs: isLeader ? 1_700 : null, boundMs: 7_000 },
        lastTransitions: leader ? [record(leader, 1, counter)] : [],
      },
    },
    hosts: Object.fromEntries(CHAIN.map((name) => [name, host(name)])),
    witnesses: { w1: { isAnswering: true, lastAnswerMs: 400 } },
    ...{ coordinator: 'chain', breathing, pause },
  }
}

/** A host becomes the leader. */
export function record(host: Host, sequence: number, counter: number, at = '2026-01-01T00:00:00.000Z') {
  return {
    ...{ at, host, bootId: 'b', sequence, policy: 'serve', from: 'candidate', to: 'acting' },
    ...{ epoch: epochOf(counter, host), mode: 'CHAIN', rule: 'D6', reason: 'first of the chain' },
    ...{ heard: { spb: 4_000 }, phasesMs: { confirm: 600 } },
  }
}

export interface TestAgent extends FailoverSource {
  readonly commands: FailoverCommand[]
  answer: unknown
}

/** Answers as told, and remembers what it was ordered. */
export function agent(
  label: string,
  status: () => unknown,
  history: unknown = { history: [], incidents: [] },
): TestAgent {
  const commands: FailoverCommand[] = []
  const own: TestAgent = {
    ...{ label, commands, answer: { accepted: true, text: 'done' } },
    status: async () => status(),
    history: async () => history,
    command: async (command) => {
      commands.push(command)
      if (own.answer instanceof Error) throw own.answer
      return own.answer
    },
  }
  return own
}
