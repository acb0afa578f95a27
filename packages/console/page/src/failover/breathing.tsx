import type { ComponentChildren } from 'preact'
import type { FailoverBreathView } from '../../../src/api/failover-views.js'
import { clockTime, interval, MISSING, number, shortHash } from '../data/format.js'
import { Mark } from '../parts/mark.js'
import { Empty, Panel } from '../parts/panel.js'
import { breathSaid } from './words.js'

interface Column {
  readonly id: string
  readonly name: string
  readonly isNumber?: boolean
  cell(host: FailoverBreathView): ComponentChildren
}

const COLUMNS: readonly Column[] = [
  { id: 'state', name: 'State', cell: stateCell },
  { id: 'lag', name: 'Lag', isNumber: true, cell: ({ lagMs }) => interval(lagMs) },
  { id: 'inhale', name: 'Last inhale', cell: ({ lastInhaleAt }) => clockTime(lastInhaleAt) },
  { id: 'exhale', name: 'Last exhale', cell: ({ lastExhaleAt }) => clockTime(lastExhaleAt) },
  {
    id: 'unpushed',
    name: 'Unpublished',
    isNumber: true,
    cell: ({ unpushedAgeMs: ms }) => (ms === 0 ? 'nothing' : interval(ms)),
  },
  { id: 'waits', name: 'Waits for', cell: waitsCell },
  { id: 'conflicts', name: 'Conflicts', isNumber: true, cell: ({ conflicts }) => number(conflicts) },
  { id: 'head', name: 'Head', cell: ({ head }) => (head === null ? MISSING : <code>{shortHash(head)}</code>) },
]

/** How the replicas of each host are kept in step. */
export function Breathing({ hosts }: { hosts: readonly FailoverBreathView[] }) {
  const hasAny = hosts.some(({ state }) => state === 'breathing')
  return (
    <Panel id="breathing" title="Breathing" aside="what each host says of its own replica">
      {hasAny ? <Table hosts={hosts} /> : <NoBreath />}
    </Panel>
  )
}

function NoBreath() {
  return (
    <Empty title="No host breathes">
      Files are kept alike where 'montana breathe run' runs beside the agent; the host that leads then finds the newest
      state.
    </Empty>
  )
}

function Table({ hosts }: { hosts: readonly FailoverBreathView[] }) {
  return (
    <table class="nodes breaths">
      <thead>
        <tr>
          <th scope="col" class="node-col">
            Host
          </th>
          {COLUMNS.map(({ id, name, isNumber }) => (
            <th key={id} scope="col" class={isNumber ? 'node-col num' : 'node-col'}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {hosts.map((host) => (
          <tr key={host.host} data-breath={host.host}>
            <th scope="row">{host.host}</th>
            {COLUMNS.map(({ id, name, isNumber, cell }) => (
              <td key={id} data-cell={id} data-name={name} class={isNumber ? 'num' : ''}>
                {cell(host)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function stateCell(host: FailoverBreathView): ComponentChildren {
  const { tone, text } = breathSaid(host)
  if (host.state === 'unknown') return <span class="hint">not asked here</span>
  return (
    <>
      <Mark tone={tone}>{text}</Mark>
      {host.lastError && tone !== 'good' && (
        <span class="extra">
          {' '}
          <code>{host.lastError.code}</code> {clockTime(host.lastError.at)}
        </span>
      )}
    </>
  )
}

function waitsCell({ state, slowest, unpushedAgeMs }: FailoverBreathView): string {
  if (slowest) return `${slowest.host} ${interval(slowest.lagMs)}`
  return state === 'breathing' && unpushedAgeMs !== null ? 'nobody' : MISSING
}
