import { isAbort, sleep } from '@montana/foundation'
import type { Nemesis } from './world.js'
import { amountOf, targetOf } from './world.js'

const GRACE_MS = 5_000

/** The power of hosts goes, and comes back. */
export const kill: Nemesis = async ({ service, manager }, { targets }) => {
  for (const host of targets) manager.hold(host)
  await Promise.all(targets.map((host) => service.group.killHost(host)))
  return () => targets.forEach((host) => void manager.release(host))
}

/** The agent is told to end, as by a service manager, and is started again. */
export const restart: Nemesis = async ({ service, manager }, fault) => {
  const host = targetOf(fault)
  manager.hold(host)
  await service.group.stopHost(host, GRACE_MS)
  return () => manager.release(host)
}

/** Every process of the hosts is stopped, and goes on. */
export const freeze: Nemesis = ({ service }, { targets }) => {
  for (const host of targets) service.group.freezeHost(host)
  return () => {
    for (const host of targets) {
      service.thaws.push({ host, atMs: Date.now() })
      service.group.host(host).thaw()
    }
  }
}

/** Long enough that a heartbeat notices, short enough that none is missed for it. */
const PERIOD_MS = 200
/** What the host has started meanwhile is found in the next turn. */
const TURN_PERIODS = 10

/** All processes of a host run for a part of each period and are stopped for the rest, as a cgroup quota would do. */
export const cpu: Nemesis = ({ service, signal }, fault) => {
  const over = new AbortController()
  const host = service.group.host(targetOf(fault))
  const send = (pids: readonly number[], name: NodeJS.Signals) => pids.forEach((pid) => void signalTo(pid, name))
  const done = starve({
    find: () => host.processes(),
    send,
    runMs: (PERIOD_MS * amountOf(fault)) / 100,
    signal: AbortSignal.any([signal, over.signal]),
  }).finally(() => host.thaw())
  return async () => {
    over.abort()
    await done
  }
}

interface Starving {
  find(): readonly number[]
  send(pids: readonly number[], name: NodeJS.Signals): void
  readonly runMs: number
  readonly signal: AbortSignal
}

async function starve({ find, send, runMs, signal }: Starving): Promise<void> {
  try {
    for (let turn = 0, pids = find(); ; turn++) {
      if (turn % TURN_PERIODS === 0) pids = find()
      send(pids, 'SIGSTOP')
      await sleep(PERIOD_MS - runMs, signal)
      send(pids, 'SIGCONT')
      await sleep(runMs, signal)
    }
  } catch (error) {
    if (!isAbort(error)) throw error
  }
}

function signalTo(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself in between.
  }
}
