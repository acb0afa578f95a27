import { ConfigError } from '@montana/foundation'
import { isAddress } from './address.js'
import {
  MAX_INTERVAL_MS,
  MIN_INTERVAL_MS,
  POLL_DEADLINE_SHARE,
  PROBE_DEADLINE_MAX_MS,
  PROBE_DEADLINE_SHARE,
} from './constants.js'
import type { NodeSource } from './probe/locate.js'
import { checkSshTarget } from './probe/ssh/target.js'
import type { SoakRecord } from './record/schema.js'
import type { RunSettings } from './run/settings.js'

export interface PollerOptions {
  readonly nodes: readonly NodeSource[]
  /** The soak file; its folder must exist. */
  readonly path: string
  /** By default that of the file, or a new UUID for a new file. */
  readonly runId?: string | undefined
  /** Time between two polls; by default that of the file, else five minutes. A watch uses its own. */
  readonly intervalMs?: number | undefined
  /** Upper bound for everything that one node is asked; never above 0.6 of the interval. */
  readonly deadlineMs?: number | undefined
  /** Display name of the host that polls; never an address. */
  readonly host?: string | undefined
  /** Whole days for which rotated files are kept, 90 by default. */
  readonly retentionDays?: number | undefined
  /** Length of the soak file at which it is rotated, 64 MiB by default. */
  readonly rotateBytes?: number | undefined
  /**
   * Folder for records that the disk of the soak file does not take; it should be on another one. By default
   * /run/montana-soak where it may be written, else a private folder among the temporary files.
   */
  readonly spoolDir?: string | undefined
  /** How the run is to be judged: the first poll of a new file writes a run document with it. */
  readonly run?: RunSettings | undefined
  /** What runs here. */
  readonly build?: SoakRecord['collector']['build'] | undefined
}

const LABEL_MAX = 64
/** A century; more is a slip of the keyboard. */
const RETENTION_MAX_DAYS = 36_525

/** Checks everything that can be wrong before anything is written. Throws {@link ConfigError}. */
export function checkOptions(options: PollerOptions): void {
  const { nodes, intervalMs, deadlineMs, host, retentionDays, rotateBytes } = options
  if (nodes.length === 0) throw wrong('nodes', 'is empty', 'name at least one node')
  nodes.forEach((node, index) => {
    checkName(`nodes.${index}.label`, node.label)
    if (node.host !== undefined) checkName(`nodes.${index}.host`, node.host)
    if ('statusUrl' in node) checkUrl(`nodes.${index}.status_url`, node.statusUrl)
    if ('ssh' in node) checkSshTarget(`nodes.${index}.ssh`, node.ssh)
  })
  const labels = nodes.map(({ label }) => label)
  const twice = labels.find((label, index) => labels.indexOf(label) !== index)
  if (twice !== undefined) throw wrong('nodes', `has the label '${twice}' twice`, 'give each node a label of its own')
  if (host !== undefined) checkName('host', host)
  if (intervalMs !== undefined) checkRange('interval', intervalMs, MIN_INTERVAL_MS, MAX_INTERVAL_MS)
  if (deadlineMs !== undefined) checkRange('deadline_ms', deadlineMs, 1, PROBE_DEADLINE_MAX_MS)
  if (retentionDays !== undefined) checkRange('retention_days', retentionDays, 1, RETENTION_MAX_DAYS, 'days')
  if (rotateBytes !== undefined) checkRange('rotate_bytes', rotateBytes, 1, Number.MAX_SAFE_INTEGER, 'bytes')
}

/** One deadline per probe, min(10 s, 0.6 × interval), and one for the poll with its second questions. */
export function deadlines({ deadlineMs }: Pick<PollerOptions, 'deadlineMs'>, intervalMs: number) {
  const probeMs = Math.min(deadlineMs ?? PROBE_DEADLINE_MAX_MS, PROBE_DEADLINE_SHARE * intervalMs)
  return { probeMs, pollMs: Math.min(POLL_DEADLINE_SHARE * probeMs, intervalMs) }
}

/** Labels are published, so they are names: spec operations 1. */
export function checkName(field: string, name: string): void {
  const isName = name.length > 0 && name.length <= LABEL_MAX && !/[\p{Cc}\p{Cs}/\\]/u.test(name) && name.trim() === name
  if (!isName)
    throw wrong(field, `'${name}' is not a name`, `use 1 to ${LABEL_MAX} printable characters without slashes`)
  if (isAddress(name))
    throw wrong(field, `'${name}' is an address`, 'use a name: records are published, addresses are not')
}

function checkUrl(field: string, text: string): void {
  if (URL.canParse(text) && new URL(text).protocol === 'http:') return
  throw wrong(field, `'${text}' is not an http URL`, 'use the form http://127.0.0.1:8446')
}

function checkRange(field: string, value: number, min: number, max: number, unit = 'ms'): void {
  if (Number.isInteger(value) && value >= min && value <= max) return
  throw wrong(
    field,
    `${value} ${unit} is not between ${min} and ${max} ${unit}`,
    `use a whole number from ${min} to ${max} ${unit}`,
  )
}

function wrong(field: string, fault: string, remedy: string): ConfigError {
  return new ConfigError(`${field} ${fault}`, { field, remedy })
}
