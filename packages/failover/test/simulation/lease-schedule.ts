import type { GroupConfig } from '../../src/settings.js'
import type { Overlap } from '../../src/simulation/acting-log.js'
import type { SimEtcd } from '../../src/simulation/etcd/sim-etcd.js'
import type { World } from '../../src/simulation/world.js'
import { KINDS, ran, ScheduleRun, type Step } from './schedule.js'
import { SERVE } from './support.js'

export interface LeaseScheduleResult {
  readonly seed: number
  readonly steps: readonly string[]
  /** Instants at which two hosts acted, but for what a host does before its first turn after a thaw. */
  readonly doubled: readonly Overlap[]
  /** Epochs that two tenures had. */
  readonly sharedEpochs: readonly string[]
  /** Virtual times at which the cluster ended the lease of a host whose service could still do something. */
  readonly lateStops: readonly number[]
  readonly fenceBreaks: number
  readonly leaders: readonly string[]
  readonly tenures: number
  /** Leases of leaders that ended by their time. */
  readonly expiries: number
}

/** Share of its time that a lease may end early or late: clock rates differ by 1 % at most. Spec three-mirror 8, row 6. */
const RATES = [1, 0.99, 1.01] as const

const ETCD_KINDS: readonly Step[] = [
  (run) => run.cutFromEtcd(),
  (run) => ofMember(run, (etcd, name) => etcd.crash(name), 'etcd member down'),
  (run) => ofMember(run, (etcd, name) => etcd.hang(name), 'etcd member hangs'),
  (run) => ofMember(run, (etcd) => etcd.leader && etcd.hang(etcd.leader), 'the leader of etcd hangs'),
  (run) => ofMember(run, (etcd, name) => etcd.restart(name), 'etcd member restarted'),
  (run) => ofMember(run, (etcd, name) => etcd.restart(name), 'etcd member restarted'),
  (run) => ofMember(run, (etcd) => etcd.leader && etcd.crash(etcd.leader), 'the leader of etcd is down'),
]

/** One random history with etcd as the coordinator. One seed is one history; `plant` breaks something beforehand. */
export function runLeaseSchedule(
  config: GroupConfig,
  seed: number,
  { plant, rate }: { readonly plant?: (world: World) => void; readonly rate?: number } = {},
): LeaseScheduleResult {
  const run = new ScheduleRun(config, { seed, etcdRate: rate ?? RATES[seed % RATES.length] ?? 1 })
  const expiries: { readonly atMs: number; readonly isActing: boolean }[] = []
  watchExpiries(run.world, (isActing) => expiries.push({ atMs: run.world.nowMs, isActing }))
  const { seed: same, steps, fenceBreaks, leaders } = ran(run, [...KINDS, ...ETCD_KINDS], plant).result()
  const epochs = run.world.log.tenures.filter(({ policy }) => policy === SERVE).map(({ epoch }) => String(epoch))
  return {
    ...{ seed: same, steps, fenceBreaks, leaders },
    doubled: run.unexcused(),
    sharedEpochs: epochs.filter((epoch, index) => epochs.indexOf(epoch) < index),
    lateStops: expiries.filter(({ isActing }) => isActing).map(({ atMs }) => atMs),
    tenures: epochs.length,
    expiries: expiries.length,
  }
}

/** What must not be in any history: one leader, each epoch once, and no service that outlives its lease. */
export function isLeaseGood(result: LeaseScheduleResult): boolean {
  const { doubled, sharedEpochs, lateStops, fenceBreaks, leaders } = result
  return (
    [doubled, sharedEpochs, lateStops].every(({ length }) => length === 0) && fenceBreaks === 0 && leaders.length === 1
  )
}

/** At the end of the lease of a leader: whether its service could still do something. */
function watchExpiries(world: World, seen: (isActing: boolean) => void): void {
  if (!world.etcd) return
  world.etcd.store.onExpiry = (keys) => {
    const leader = keys.find(({ key }) => key.endsWith(`/${SERVE}/leader`))
    if (!leader) return
    const { host } = JSON.parse(leader.value) as { host: string }
    seen(world.log.acting(SERVE).some((span) => span.host === host))
  }
}

function ofMember(run: ScheduleRun, act: (etcd: SimEtcd, name: string) => unknown, what: string): string | null {
  const { etcd } = run.world
  if (!etcd) return null
  const name = run.pick([...etcd.members.keys()])
  act(etcd, name)
  return `${what}: ${name}`
}
