import { REMEDIES } from '@montana/soak/formats'
import {
  DISK_FREE_MIN,
  INODES_FREE_MIN,
  LAG_CRITICAL,
  LAG_WARN,
  LOAD_PER_CORE_MAX,
  PSI_MEM_MAX_PERCENT,
  SWAP_MAX,
} from '../api/bounds.js'
import type { AlertView, MeshView, NodeView } from '../api/views.js'
import { ALERTS_SHOWN } from '../constants.js'
import type { Sample, Status } from './status.js'

/** What the codes of a status document mean and what to do, by the package that raises them. */
export type StatusCodes = Readonly<Record<string, { readonly means: string; readonly action: string }>>

type Facts = Omit<MeshView, 'alerts' | 'moreAlerts'>
type Alert = Omit<AlertView, 'id'>

const ORDER = { critical: 0, warning: 1, info: 2 } as const
const ASKED_ELSEWHERE = 'ASKED_BY_WATCHDOG'

/**
 * What needs an operator at this moment, by the bounds of spec operations 5, the gravest first; the same of several nodes
 * is one. Pure.
 */
export function alertsOf(facts: Facts, samples: readonly Sample[], codes: StatusCodes): AlertView[] {
  const found = [
    ...forks(facts),
    ...stall(facts),
    ...facts.nodes.flatMap((node) => [...absence(node, facts), ...lag(node)]),
    ...links(facts),
    ...samples.flatMap(({ source: { label }, status }) => (status ? ofStatus(label, status, codes) : [])),
  ]
  return merged(found).sort((a, b) => ORDER[a.severity] - ORDER[b.severity])
}

/** At most {@link ALERTS_SHOWN}, and how many more there are. */
export function bounded(alerts: readonly AlertView[]): Pick<MeshView, 'alerts' | 'moreAlerts'> {
  return { alerts: alerts.slice(0, ALERTS_SHOWN), moreAlerts: Math.max(0, alerts.length - ALERTS_SHOWN) }
}

function forks({ recent }: Facts): Alert[] {
  const first = recent.find(({ agrees }) => agrees === 'no')
  if (!first) return []
  const text = `nodes have different hashes from window ${first.window} on`
  return [{ severity: 'critical', code: 'F-FORK', nodes: [], text, remedy: REMEDIES['F-FORK'].nodes }]
}

function stall({ isOverdue, cementedAgeMs, open }: Facts): Alert[] {
  if (!isOverdue || cementedAgeMs === null) return []
  const waits = open && open.waitsFor.length > 0 ? `; it waits for ${open.waitsFor.join(', ')}` : ''
  const text = `no window was cemented for longer than one takes${waits}`
  return [{ severity: 'critical', code: 'F-STALL', nodes: [], text, remedy: REMEDIES['F-STALL'].mesh }]
}

function absence({ label, error }: NodeView, { nodes }: Facts): Alert[] {
  if (error === null || error.code === ASKED_ELSEWHERE) return []
  const hears = nodes.filter(({ peers }) => peers.some((peer) => peer.label === label && peer.connected))
  const text = `does not answer: ${error.text}, and ${connected(hears.length)} connected to it`
  return [{ severity: 'critical', code: 'F-UNREACH', nodes: [label], text, remedy: REMEDIES['F-UNREACH'].node }]
}

function connected(others: number): string {
  if (others === 0) return 'no other is'
  return others === 1 ? 'one other is' : `${others} others are`
}

function lag({ label, lag: windows }: NodeView): Alert[] {
  if (windows === null || windows <= LAG_WARN) return []
  const severity = windows > LAG_CRITICAL ? 'critical' : 'warning'
  const text = `${windows} windows behind the head`
  return [{ severity, code: 'F-LAG', nodes: [label], text, remedy: REMEDIES['F-LAG'].node }]
}

/** Between two that answer; one alert per pair, whichever end misses it. */
function links({ nodes }: Facts): Alert[] {
  const there = new Set(nodes.filter(({ reachable }) => reachable).map(({ label }) => label))
  const pairs = nodes.flatMap(({ label, peers }) =>
    peers
      .filter((peer) => !peer.connected && there.has(peer.label))
      .map((peer) => [label, peer.label].sort().join(' and ')),
  )
  return [...new Set(pairs)].map((pair) => {
    const text = `no connection between ${pair}, which both answer`
    return { severity: 'critical', code: 'F-LINK', nodes: [], text, remedy: REMEDIES['F-LINK'].link }
  })
}

function ofStatus(label: string, { degraded, findings, res }: Status, codes: StatusCodes): Alert[] {
  const about = (severity: AlertView['severity'], code: string, where = ''): Alert => {
    const { means = `the node reports ${code}`, action = 'see `montana status` there' } = codes[code] ?? {}
    return { severity, code, nodes: [label], text: `${means}${where}`, remedy: action }
  }
  return [
    ...(degraded ?? []).map((code) => about('critical', code)),
    ...findings.map(({ code, window, peer }) => about('warning', code, `${at(window)}${peer ? ` (${peer})` : ''}`)),
    ...(res ? resources(label, res) : []),
  ]
}

function at(window: number | undefined): string {
  return window === undefined ? '' : `, window ${window}`
}

function resources(label: string, res: NonNullable<Status['res']>): Alert[] {
  const share = (part: number | null, whole: number | null) => (part === null || !whole ? null : part / whole)
  const rules: readonly [value: number | null, isBad: (value: number) => boolean, alert: Omit<Alert, 'nodes'>][] = [
    [
      share(res.disk_free, res.disk_total),
      (free) => free < DISK_FREE_MIN,
      disk('of the disk is left', 'less than 10 %'),
    ],
    [
      share(res.inodes_free, res.inodes_total),
      (free) => free < INODES_FREE_MIN,
      disk('of the inodes is left', 'less than 5 %'),
    ],
    [
      share(res.load1, res.cores),
      (load) => load > LOAD_PER_CORE_MAX,
      load('more than 2 tasks per core want to run', 'load'),
    ],
    [
      share(res.swap_used, res.mem_total),
      (swap) => swap > SWAP_MAX,
      load('more than 30 % of the memory is swapped out', 'swap'),
    ],
    [
      res.psi.mem_full,
      (full) => full > PSI_MEM_MAX_PERCENT,
      load('tasks wait for memory more than 5 % of the time', 'memory'),
    ],
  ]
  return rules.flatMap(([value, isBad, alert]) =>
    value !== null && isBad(value) ? [{ ...alert, nodes: [label] }] : [],
  )
}

function disk(what: string, amount: string): Omit<Alert, 'nodes'> {
  return { severity: 'critical', code: 'F-DISK', text: `${amount} ${what}`, remedy: REMEDIES['F-DISK'].space }
}

function load(text: string, remedy: keyof (typeof REMEDIES)['F-RESOURCE']): Omit<Alert, 'nodes'> {
  return { severity: 'warning', code: 'F-RESOURCE', text, remedy: REMEDIES['F-RESOURCE'][remedy] }
}

function merged(alerts: readonly Alert[]): AlertView[] {
  const byId = new Map<string, AlertView>()
  for (const alert of alerts) {
    const id = `${alert.code} ${alert.text}`
    const nodes = new Set([...(byId.get(id)?.nodes ?? []), ...alert.nodes])
    byId.set(id, { ...alert, id, nodes: [...nodes] })
  }
  return [...byId.values()]
}
