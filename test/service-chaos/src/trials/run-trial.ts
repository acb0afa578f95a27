import { nowMs } from '@montana/chaos/program'
import { formatTime, sleep } from '@montana/foundation'
import { HOSTS } from '@montana/trials'
import { check } from '../check/check.js'
import { type Gap, gapAfter } from '../check/gap.js'
import type { Gauge } from '../gauge/gauge.js'
import type { ServiceGroup } from '../group/service-group.js'
import { outcomeOf } from './outcome.js'
import { type Phases, phasesOf } from './phases.js'
import { restore, strike } from './strike.js'
import type { Job, TrialRow } from './types.js'

/** What a failover may take, and a good deal more, so that a slow one is measured and not only missed. */
const PATIENCE_MS = 40_000
const WHOLE_MS = 60_000
/** Until the group has noticed the hosts that are brought down first: suspicion, confirmation, and some. */
const NOTICED_MS = 4_000
/** The promise is about any moment: the fault comes at a random one. */
const PHASE_MS = 1_500
/** The next one goes on serving. */
const SETTLE_MS = 1_500
const LOOK_MS = 20

export interface TrialInit {
  readonly job: Job
  readonly attempt: number
  readonly tag: string
  readonly service: ServiceGroup
  readonly gauge: Gauge
  readonly random: () => number
  readonly commit: string | null
  readonly signal: AbortSignal
}

/** One trial on a group that is whole, which afterwards is whole again, or the trial has a reason why not. Rejects with AbortError. */
export async function runTrial(init: TrialInit): Promise<TrialRow> {
  const { job, service, gauge, signal } = init
  const end = gauge.begin()
  const beganMs = nowMs()
  const { leader, down } = await bringDown(init)
  if (leader === undefined) return rowOf(init, { down, ...end() })
  const [faultMs, faultWallMs] = [nowMs(), Date.now()]
  await strike(service, job.scenario, leader)
  const gap = await untilHealed(service, faultMs, signal)
  await sleep(SETTLE_MS, signal)
  const host = end()
  restore(service, job.scenario, leader)
  const isWhole = await service.isWhole(WHOLE_MS, signal)
  const writes = service.client.recent(beganMs)
  const failed = writes.filter(({ isOk }) => !isOk).length
  const phases = phasesOf(service.group.roles.lines, gap?.host, faultWallMs)
  const facts = { leader, down, gap, phases, ...host, requests: writes.length, failed }
  return rowOf(init, { ...facts, isWhole })
}

/** As many as the trial wants besides the leader, at once; then one leads still and the client is answered. */
async function bringDown({ job, service, random, signal }: TrialInit) {
  const [leader] = service.group.roles.leaders('serve')
  const others = HOSTS.filter((host) => host !== leader)
  const keyed = others.map((host) => ({ host, key: random() })).sort((a, b) => a.key - b.key)
  const down = keyed.slice(0, job.dead - 1).map(({ host }) => host)
  await Promise.all(down.map((host) => service.group.killHost(host)))
  await sleep((down.length > 0 ? NOTICED_MS : 0) + random() * PHASE_MS, signal)
  const [now, second] = service.group.roles.leaders('serve')
  const isSteady = now === leader && second === undefined && service.client.isAnswered()
  return { leader: isSteady ? leader : undefined, down }
}

async function untilHealed(service: ServiceGroup, faultMs: number, signal: AbortSignal): Promise<Gap | undefined> {
  let gap: Gap | undefined
  while (gap?.toMs === undefined && nowMs() < faultMs + PATIENCE_MS) {
    await sleep(LOOK_MS, signal)
    gap = gapAfter(service.client.recent(faultMs), faultMs)
  }
  return gap
}

interface Facts {
  readonly leader?: string | undefined
  readonly down: readonly string[]
  readonly gap?: Gap | undefined
  readonly phases?: Phases
  readonly stallMs: number
  readonly waitingPercent: number | null
  readonly requests?: number
  readonly failed?: number
  readonly isWhole?: boolean
}

function rowOf({ job, attempt, tag, service, commit }: TrialInit, facts: Facts): TrialRow {
  const { leader, down, gap, stallMs, waitingPercent, requests = 0, failed = 0, isWhole = false } = facts
  return {
    ...{ type: 'trial', ...job, attempt, group: tag },
    ...outcomeOf({ leader, down, gap, isWhole, stallMs }),
    ...{ leader: leader ?? null, next: gap?.host ?? null, down },
    gap_ms: gap?.toMs === undefined ? null : Math.round(gap.toMs - gap.fromMs),
    ...(facts.phases ?? { candidate_ms: null, acting_ms: null }),
    stall_ms: stallMs,
    waiting_percent: waitingPercent,
    ...{ requests, failed },
    violations: check(service.trace()).map(({ rule, message }) => `${rule}: ${message}`),
    commit,
    at: formatTime(Date.now()),
  }
}
