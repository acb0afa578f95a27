import type {
  FailoverBreathView,
  FailoverChainView,
  FailoverPlaceView,
  FailoverProbeView,
} from '../../../src/api/failover-views.js'
import { interval, MISSING } from '../data/format.js'
import type { Tone } from '../data/state.js'

export interface Said {
  readonly tone: Tone
  readonly text: string
}

const REASONS: Readonly<Record<string, string>> = {
  starting: 'starting',
  amnesia: 'epoch lost',
  'not-ready': 'service not ready',
  'back-off': 'backs off',
  lag: 'lags behind',
  isolated: 'isolated',
  'stepped-down': 'stepped down',
  stalled: 'loop stood still',
  stopping: 'stopping',
}

export function reasonText(reason: string): string {
  return REASONS[reason] ?? reason
}

/** A place of a chain, in two or three words. */
export function placeSaid({ isAlive, state, reason, isEligible, heardMs }: FailoverPlaceView): Said {
  if (!isAlive) return { tone: 'bad', text: heardMs === null ? 'never heard' : `silent ${interval(heardMs)}` }
  if (state === 'acting') return { tone: 'good', text: 'leads' }
  if (state === 'candidate' || state === 'stopping') return { tone: 'warn', text: state }
  if (isEligible) return { tone: 'good', text: 'standby' }
  return { tone: 'warn', text: reason === null ? 'not eligible' : reasonText(reason) }
}

/** Who leads a policy, or why that is not clear. */
export function leaderSaid({ leaders, claims }: FailoverChainView): Said {
  if (claims.length > 1) return { tone: 'bad', text: 'two hosts' }
  const [leader, other] = leaders
  if (!leader) return { tone: 'bad', text: 'nobody' }
  if (!other) return { tone: 'good', text: leader.host }
  return { tone: 'bad', text: 'disputed' }
}

const RULES: Readonly<Record<string, string>> = {
  D1: 'loop stood still',
  D2: 'isolation',
  D3: 'higher epoch',
  D4: 'service health',
  D5: 'no overlap',
  D6: 'chain',
  D7: 'last resort',
  D8: 'failback',
  D9: 'pause',
  D10: 'epoch lost',
  D11: 'start',
  '10.4': 'handover',
  runner: 'service',
}

export function ruleText(rule: string): string {
  const words = RULES[rule]
  if (words === undefined) return rule
  return rule.startsWith('D') ? `${rule} ${words}` : words
}

/** What else answers on a host whose agent is silent: a hint for people, never a sign of life. */
export function diagnosisText({ diagnosis }: FailoverProbeView): string | null {
  if (diagnosis === null) return null
  const { icmp, tcp22, tcp443 } = diagnosis
  const probes = [['ping', icmp] as const, ['port 22', tcp22] as const, ['port 443', tcp443] as const]
  const answering = probes.filter(([, found]) => found === true).map(([name]) => name)
  return answering.length === 0 ? 'nothing answers' : `${answering.join(', ')} answers`
}

/** Twelve seconds carry every write to every host that is reached: spec three-mirror 1.3, F10. */
const IN_STEP_MS = 12_000
/** A host so far behind does not take over: spec three-mirror 4. */
const LAG_MAX_MS = 24_000

export function lagTone(lagMs: number | null): Tone {
  if (lagMs === null) return 'none'
  if (lagMs < IN_STEP_MS) return 'good'
  return lagMs <= LAG_MAX_MS ? 'warn' : 'bad'
}

export function breathSaid({ state, failedCycles, lagMs }: FailoverBreathView): Said {
  if (state === 'off') return { tone: 'warn', text: 'off' }
  if (state === 'unknown') return { tone: 'none', text: MISSING }
  if ((failedCycles ?? 0) > 1) return { tone: 'bad', text: `${failedCycles} cycles failed` }
  return lagTone(lagMs) === 'good' ? { tone: 'good', text: 'in step' } : { tone: lagTone(lagMs), text: 'behind' }
}

/** Rounded down: what is left, not what was left. */
export function leaseText(ms: number | null): string {
  return ms === null ? MISSING : `${(Math.floor(ms / 100) / 10).toFixed(1)} s`
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** Who leads, and whoever else says so of itself. */
export function actingHosts({ leaders: [leader], claims }: FailoverChainView): string[] {
  return [...new Set([...(leader ? [leader.host] : []), ...claims.map(({ host }) => host)])]
}
