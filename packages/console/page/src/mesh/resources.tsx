import type { ComponentChildren } from 'preact'
import { DISK_FREE_MIN, LOAD_PER_CORE_MAX, PSI_MEM_MAX_PERCENT, SWAP_MAX } from '../../../src/api/bounds.js'
import type { NodeView, ResourcesView } from '../../../src/api/views.js'
import { fixed, MISSING, mebibytes, millis, percent } from '../data/format.js'
import type { Tone } from '../data/state.js'
import { Mark } from '../parts/mark.js'
import { Scroll } from '../parts/scroll.js'

const GIB = 2 ** 30

interface Column {
  readonly name: string
  readonly id: string
  cell(resources: ResourcesView): ComponentChildren
}

const COLUMNS: readonly Column[] = [
  { name: 'CPU', id: 'cpu', cell: ({ cpuCores }) => (cpuCores === null ? MISSING : `${fixed(cpuCores, 2)} cores`) },
  {
    name: 'Load per core',
    id: 'load',
    cell: ({ load1, cores }) => marked(per(load1, cores), LOAD_PER_CORE_MAX, decimal),
  },
  { name: 'Memory', id: 'memory', cell: ({ rssBytes }) => mebibytes(rssBytes) },
  {
    name: 'Host memory used',
    id: 'host',
    cell: ({ memUsedBytes, memTotalBytes }) => percent(per(memUsedBytes, memTotalBytes)),
  },
  {
    name: 'Swapped',
    id: 'swap',
    cell: ({ swapUsedBytes, memTotalBytes }) => marked(per(swapUsedBytes, memTotalBytes), SWAP_MAX, percent),
  },
  { name: 'Disk free', id: 'disk', cell: diskCell },
  { name: 'Waits for CPU', id: 'psi-cpu', cell: ({ psiCpuPercent }) => pressure(psiCpuPercent) },
  {
    name: 'for memory',
    id: 'psi-mem',
    cell: ({ psiMemPercent: value }) => marked(value, PSI_MEM_MAX_PERCENT, pressure),
  },
  { name: 'for disk', id: 'psi-io', cell: ({ psiIoPercent }) => pressure(psiIoPercent) },
  {
    name: 'Event loop p99',
    id: 'loop',
    cell: ({ loopDelayMs }) => (loopDelayMs === null ? MISSING : `${millis(loopDelayMs)} ms`),
  },
]

/** What each node takes of its host, and how its host is. */
export function Resources({ nodes }: { nodes: readonly NodeView[] }) {
  return (
    <Scroll label="Resources">
      <table class="nodes resources">
        <thead>
          <tr>
            <th scope="col" class="node-col">
              Node
            </th>
            {COLUMNS.map(({ id, name }) => (
              <th key={id} scope="col" class="node-col num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {nodes.map(({ label, resources }) => (
            <tr key={label} data-resources={label}>
              <th scope="row">{label}</th>
              {COLUMNS.map(({ id, name, cell }) => (
                <td key={id} data-cell={id} data-name={name} class="num">
                  {resources ? cell(resources) : MISSING}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  )
}

function per(part: number | null, whole: number | null): number | null {
  return part === null || !whole ? null : part / whole
}

function decimal(value: number | null): string {
  return fixed(value, 2)
}

function pressure(value: number | null): string {
  return value === null ? MISSING : `${fixed(value, value < 10 ? 1 : 0)} %`
}

function marked(value: number | null, max: number, format: (value: number | null) => string): ComponentChildren {
  return value !== null && value > max ? <Mark tone="warn">{format(value)}</Mark> : format(value)
}

function diskCell({ diskFreeBytes, diskTotalBytes }: ResourcesView): ComponentChildren {
  const share = per(diskFreeBytes, diskTotalBytes)
  if (share === null || diskFreeBytes === null) return MISSING
  const tone: Tone | null = share < DISK_FREE_MIN ? 'bad' : null
  const text = `${(diskFreeBytes / GIB).toFixed(diskFreeBytes < 10 * GIB ? 1 : 0)} GiB (${percent(share)})`
  return tone ? <Mark tone={tone}>{text}</Mark> : text
}
