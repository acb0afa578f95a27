import { formatTime } from '@montana/foundation'

/** What `montana alert` says of a unit that failed; unmeasured values are null. Spec operations 10. */
export interface AlertEvent {
  readonly schema: 'montana.alert/1'
  readonly at: string
  /** Of this host, as its configuration has it. */
  readonly label: string | null
  readonly unit: string
  /** Result= of the unit: `exit-code`, `watchdog`, `timeout`, `oom-kill`, `start-limit-hit` … */
  readonly result: string | null
  /** `exited`, `killed` or `dumped`. */
  readonly exit_code: string | null
  /** A number, or the name of a signal. */
  readonly exit_status: string | null
  readonly invocation_id: string | null
  readonly text: string
  readonly remedy: string
}

export interface AlertFacts {
  readonly unit: string
  readonly label: string | null
  readonly nowMs: number
  /** MONITOR_* are set by systemd ≥ 251 for a unit named by OnFailure=. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

const BAD_CONFIGURATION = '78'

export function alertEvent({ unit, label, nowMs, environment }: AlertFacts): AlertEvent {
  const of = (name: string) => environment[`MONITOR_${name}`] || null
  const [result, exitStatus] = [of('SERVICE_RESULT'), of('EXIT_STATUS')]
  return {
    schema: 'montana.alert/1',
    at: formatTime(nowMs),
    label,
    unit,
    result,
    exit_code: of('EXIT_CODE'),
    exit_status: exitStatus,
    invocation_id: of('INVOCATION_ID'),
    text: `${unit} failed${result === null ? '' : `: ${result}`}${exitStatus === null ? '' : ` (${exitStatus})`}`,
    remedy: remedyOf(unit, result, exitStatus),
  }
}

function remedyOf(unit: string, result: string | null, exitStatus: string | null): string {
  const log = `journalctl -u ${unit} -n 50`
  if (exitStatus === BAD_CONFIGURATION)
    return `${log}: its last line names the setting or the permission; it is not restarted until \`systemctl restart ${unit}\``
  return `${log}${REMEDIES[result ?? ''] ?? ': its last lines say why'}`
}

/** By Result= of the unit. */
const REMEDIES: Readonly<Record<string, string>> = {
  'start-limit-hit':
    ': it failed too often in a short time; mend the cause, then `systemctl reset-failed` and start it',
  watchdog: ': its event loop or its clock stood still; look at load, memory pressure and disk of this host',
  'oom-kill': ': it needed more memory than MemoryMax=; see docs/observability.md before raising it',
  timeout: ': it did not start or stop in time; look at the disk and at what it waited for',
}
