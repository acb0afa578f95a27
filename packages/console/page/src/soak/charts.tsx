import type { DrillView, NodeSeries, SoakView } from '../../../src/api/views.js'
import { fixed, mebibytes, number, percent } from '../data/format.js'
import { Panel } from '../parts/panel.js'
import { Chart, type ChartInit } from './chart.js'

const MIB = 2 ** 20

interface ChartKind extends ChartInit {
  values(node: NodeSeries): readonly (number | null)[]
}

const KINDS: readonly ChartKind[] = [
  {
    ...{ id: 'lag', title: 'Lag', unit: 'windows behind the head', isStepped: true },
    least: 2,
    from: 0,
    whenEmpty: 'not measured yet',
    format: number,
    values: ({ lag }) => lag,
  },
  {
    ...{ id: 'ratio', title: 'Heartbeats', unit: 'answered ÷ expected', isStepped: false },
    least: 1.05,
    from: 0,
    whenEmpty: 'a ratio needs about a minute of heartbeats',
    format: percent,
    values: ({ ratio }) => ratio,
  },
  {
    ...{ id: 'rss', title: 'Memory', unit: 'resident, MiB', isStepped: false },
    least: 160,
    from: 0,
    whenEmpty: 'not measured yet',
    format: (value) => (value == null ? fixed(value, 0) : mebibytes(value * MIB)),
    values: ({ rssBytes }) => rssBytes.map((bytes) => (bytes === null ? null : bytes / MIB)),
  },
  {
    ...{ id: 'restarts', title: 'Restarts', unit: 'since the first record shown', isStepped: true },
    least: 2,
    from: 0,
    whenEmpty: 'not measured yet',
    format: number,
    values: ({ restarts }) => restarts,
  },
]

/** The run over time; a gap is a gap. */
export function Charts({ soak: { series, drills } }: { soak: SoakView }) {
  const labels = series.nodes.map(({ label }) => label)
  return (
    <div class="charts">
      {KINDS.map(({ values, ...init }) => (
        <Panel key={init.id} id={`chart-${init.id}`} title={init.title} aside={init.unit}>
          <Chart init={init} labels={labels} data={[series.t, ...series.nodes.map(values)]} bands={bandsOf(drills)} />
        </Panel>
      ))}
    </div>
  )
}

/** Drills that have begun, in seconds since the epoch; one that goes on has no end. */
function bandsOf(drills: readonly DrillView[]): [number, number][] {
  return drills.flatMap(({ from, to }) => {
    if (from === null) return []
    return [[Date.parse(from) / 1000, to === null ? Number.POSITIVE_INFINITY : Date.parse(to) / 1000]]
  })
}
