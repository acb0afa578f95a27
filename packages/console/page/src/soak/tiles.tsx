import type { CoverageView, RunView, SoakView } from '../../../src/api/views.js'
import { clockTime, dayTime, duration, interval, number, percent, shortHash } from '../data/format.js'
import { useNow } from '../data/hooks.js'
import type { Tone } from '../data/state.js'
import { Mark } from '../parts/mark.js'
import { Tile } from '../parts/tile.js'

/** Intervals after which a record is overdue: one may be late without meaning anything. */
const OVERDUE_INTERVALS = 2.5
const COVERAGE_GOOD = 0.99

export function SoakTiles({ soak, run }: { soak: SoakView; run: RunView }) {
  return (
    <dl class="tiles">
      <CoverageTile coverage={soak.coverage} />
      <Tile id="records" name="Records" value={number(run.records)} note={recordsNote(soak)} />
      <LastTile run={run} />
      <Tile
        id="chain"
        name="Head of chain"
        value={<code>{shortHash(soak.chain?.sha256)}</code>}
        note={`record ${number(soak.chain?.seq)}`}
      />
      <Tile id="run" name="Run" value={<code>{shortHash(run.runId)}</code>} note={runNote(run)} />
    </dl>
  )
}

function CoverageTile({ coverage }: { coverage: CoverageView | null }) {
  const ratio = coverage ? coverage.valid / coverage.expected : null
  const tone: Tone = ratio === null ? 'none' : ratio >= COVERAGE_GOOD ? 'good' : 'warn'
  const scope = coverage?.isWholeRun ? 'of the whole run' : `since ${dayTime(coverage?.from)}`
  const note = coverage ? `${number(coverage.valid)} of ${number(coverage.expected)} polls, ${scope}` : ''
  return <Tile id="coverage" name="Coverage" value={<Mark tone={tone}>{percent(ratio)}</Mark>} note={note} />
}

function recordsNote({ corrupt, series }: SoakView): string {
  const shown = `${number(series.t.length)} shown`
  return corrupt === 0 ? shown : `${shown}, ${corrupt} lines are none`
}

function LastTile({ run }: { run: RunView }) {
  const ageMs = Math.max(0, useNow(1000) - Date.parse(run.lastTs))
  const isOverdue = ageMs > OVERDUE_INTERVALS * run.intervalMs
  const text = `${duration(ageMs)} ago`
  return (
    <Tile
      id="last"
      name="Last record"
      value={isOverdue ? <Mark tone="warn">{text}</Mark> : text}
      note={`${clockTime(run.lastTs)}, one every ${interval(run.intervalMs)}`}
    />
  )
}

function runNote({ timeScale }: RunView): string {
  if (timeScale === null) return 'nothing was declared before it'
  return timeScale > 1 ? `compressed ${number(timeScale)} times` : 'declared, in real time'
}
