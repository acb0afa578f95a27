import { isIP } from 'node:net'
import { ConfigError } from '@montana/foundation'
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
  /** What runs here. */
  readonly build?: SoakRecord['collector']['build'] | undefined
}

const LABEL_MAX = 64

/** Checks everything that can be wrong before anything is written. Throws {@link ConfigError}. */
export function checkOptions({ nodes, intervalMs, deadlineMs, host }: PollerOptions): void {
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

function isAddress(name: string): boolean {
  const host = name.replace(/^\[|\](?::\d+)?$/g, '')
  return isIP(host) !== 0 || /(?:^|[^\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/.test(` ${name}`)
}

function checkUrl(field: string, text: string): void {
  if (URL.canParse(text) && new URL(text).protocol === 'http:') return
  throw wrong(field, `'${text}' is not an http URL`, 'use the form http://127.0.0.1:8446')
}

function checkRange(field: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return
  throw wrong(field, `${value} ms is not between ${min} and ${max} ms`, `use a whole number from ${min} to ${max} ms`)
}

function wrong(field: string, fault: string, remedy: string): ConfigError {
  return new ConfigError(`${field} ${fault}`, { field, remedy })
}
