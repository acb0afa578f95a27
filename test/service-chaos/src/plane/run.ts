import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { FakeClock, lacksOfHost, SmallDisk } from '@montana/chaos/host'
import { nowMs } from '@montana/chaos/program'
import { sleep } from '@montana/foundation'
import { HOSTS } from '@montana/trials'
import type { ServiceHistory } from '../check/history.js'
import { Gauge, type HostSpan } from '../gauge/gauge.js'
import { ServiceGroup } from '../group/service-group.js'
import { Agents } from './agents.js'
import { closeAll } from './close-all.js'
import { execute } from './execute.js'
import { Manager } from './manager.js'
import { makeSchedule, type Schedule, targetsOf } from './schedule.js'
import { Wires } from './wires.js'

/** At the end of the run, for the last healing. */
const END_MS = 20_000
/** The last requests come to their end. */
const SETTLE_MS = 1_500

export interface PlaneRun {
  readonly schedule: Schedule
  readonly history: ServiceHistory
  readonly host: HostSpan
  /** Logs of all processes; the caller's to remove. */
  readonly dir: string
}

export interface PlaneInit {
  readonly seed: number
  readonly minutes: number
  readonly signal: AbortSignal
  onLine(line: string): void
}

/** One run, from an empty group to its history. Rejects with AbortError; whatever happens, nothing runs afterwards. */
export async function runPlane(init: PlaneInit): Promise<PlaneRun> {
  const { seed, minutes, signal } = init
  const schedule = makeSchedule({ seed, minutes, lacks: lacksOfHost() })
  // Sockets lie in it, whose paths are short.
  const dir = mkdtempSync(join(tmpdir(), 'montana-plane-'))
  const [gauge, disks] = [new Gauge(), new Map<string, SmallDisk>()]
  const clockOf = (host: string) => [host, new FakeClock(join(dir, `${host}.clock`))] as const
  const clocks = new Map<string, FakeClock>(targetsOf(schedule, 'clock').map(clockOf))
  const placeOf = (host: string) => ({
    within: disks.get(host)?.within ?? [],
    environment: clocks.get(host)?.environment ?? {},
  })
  const beforeStart = async ({ group }: ServiceGroup) => {
    if (targetsOf(schedule, 'enospc').length === 0) return
    for (const host of HOSTS) disks.set(host, await diskOver(group.layout, host))
  }
  let service: ServiceGroup | undefined
  try {
    service = await ServiceGroup.start({ dir, tag: 'p', signal, placeOf, beforeStart })
    const end = gauge.begin()
    const history = await runSchedule(init, schedule, service, { clocks, disks })
    return { schedule, history, host: end(), dir }
  } catch (error) {
    if (signal.aborted) rmSync(dir, { recursive: true, force: true })
    throw error
  } finally {
    const mounts = [...disks.values()].map((disk) => () => disk.close())
    await closeAll([() => gauge.close(), () => service?.close(), ...mounts])
  }
}

/** Everything that an agent keeps; its log is written from outside, and must not be overwritten when the disk is let go. */
async function diskOver(layout: ServiceGroup['group']['layout'], host: string): Promise<SmallDisk> {
  const disk = await SmallDisk.over(layout.home(host))
  rmSync(join(disk.seen, basename(layout.log(host))), { force: true })
  return disk
}

interface Parts {
  readonly clocks: ReadonlyMap<string, FakeClock>
  readonly disks: ReadonlyMap<string, SmallDisk>
}

async function runSchedule(init: PlaneInit, schedule: Schedule, service: ServiceGroup, parts: Parts) {
  const { minutes, signal, onLine } = init
  const startMs = nowMs()
  const manager = new Manager(service.group)
  const agents = new Agents(service.group, parts.disks)
  const world = { service, wires: new Wires(service.network), agents, manager, ...parts, signal }
  try {
    const lastMs = startMs + minutes * 60_000 - END_MS
    const { faults, healings } = await execute({ schedule, world, lastMs, onLine })
    await sleep(SETTLE_MS, signal)
    const rest = { wallOffsetMs: Date.now() - nowMs(), startMs, endMs: nowMs(), deaths: manager.deaths }
    return { trace: service.trace(), writes: [...service.client.writes], faults, healings, ...rest }
  } finally {
    manager.stop()
  }
}
