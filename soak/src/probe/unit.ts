import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { formatTime } from '@montana/foundation'
import type { UnitFacts } from './unit-schema.js'

const run = promisify(execFile)
const PROPERTIES = ['LoadState', 'ActiveState', 'NRestarts', 'Result', 'ExecMainStartTimestampMonotonic']
/** The manager answers at once or is in trouble of its own. */
const TIMEOUT_MS = 2_000
const US_PER_MS = 1000
const NS_PER_MS = 1e6

/** Asks the service manager; null where there is none, or none that knows the unit. */
export async function readUnit(unit: string, signal: AbortSignal): Promise<UnitFacts | null> {
  const args = ['show', `--property=${PROPERTIES.join(',')}`, '--', unit]
  const shown = await run('systemctl', args, { signal, timeout: TIMEOUT_MS }).catch(() => undefined)
  const bootedAtMs = Date.now() - Number(process.hrtime.bigint()) / NS_PER_MS
  return shown === undefined ? null : parseUnit(shown.stdout, bootedAtMs)
}

/** The properties as `systemctl show` prints them; `bootedAtMs` is the zero of its monotonic times. Pure. */
export function parseUnit(text: string, bootedAtMs: number): UnitFacts | null {
  const values = new Map(text.split('\n').map((line) => cutAt(line, line.indexOf('='))))
  const ActiveState = values.get('ActiveState')
  if (!ActiveState || values.get('LoadState') !== 'loaded') return null
  const restarts = numberOf(values.get('NRestarts'))
  const startedUs = numberOf(values.get('ExecMainStartTimestampMonotonic'))
  return {
    ...{ ActiveState, NRestarts: restarts, Result: values.get('Result') || null },
    start: startedUs ? formatTime(bootedAtMs + startedUs / US_PER_MS) : null,
  }
}

function cutAt(line: string, at: number): [name: string, value: string] {
  return [line.slice(0, Math.max(at, 0)), line.slice(at + 1)]
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null
}
