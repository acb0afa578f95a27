import { spawn } from 'node:child_process'
import { killControlGroup } from '../process/control-groups.js'
import { signalGroup } from '../process/group-signal.js'
import { readProcStat } from '../process/proc-stat.js'

/** How a running service can be ended by somebody who knows nothing else about it; what does not apply is null. */
export interface Ward {
  readonly service: string
  /** Process group, and when its leader began. */
  readonly group: number | null
  readonly started: string | null
  /** Folder of its own delegated control group. */
  readonly cgroup: string | null
  readonly unit: string | null
}

/** A ward that is ended at `untilMs` ({@link monotonicMs}) unless that moment is moved. */
export interface TimedWard extends Ward {
  readonly untilMs: number
}

/** SIGKILL to everything of it, in every way there is. Never throws, never waits. */
export function endWard({ group, started, cgroup, unit }: Ward): void {
  if (cgroup !== null) killControlGroup(cgroup)
  if (group !== null && isStillThatGroup(group, started)) signalGroup(group, 'SIGKILL')
  if (unit !== null) killUnit(unit)
}

/** A leader that has ended keeps the number taken while anybody is left in its group; a stranger has another start. */
function isStillThatGroup(group: number, started: string | null): boolean {
  const stat = readProcStat(group)
  return stat === undefined || started === null || stat.started === started
}

function killUnit(unit: string): void {
  const child = spawn('systemctl', ['kill', '--signal=SIGKILL', '--', unit], { stdio: 'ignore', detached: true })
  child.on('error', () => {})
  child.unref()
}
