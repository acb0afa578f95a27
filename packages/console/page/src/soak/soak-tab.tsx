import 'uplot/dist/uPlot.min.css'
import '../style/soak.css'
import type { SoakView } from '../../../src/api/views.js'
import type { LiveState } from '../data/live.js'
import { Empty, Panel } from '../parts/panel.js'
import { Charts } from './charts.js'
import { Drills } from './drills.js'
import { Findings, ReportPanel } from './report.js'
import { SoakTiles } from './tiles.js'

export function SoakTab({ soak }: { soak: LiveState['soak'] }) {
  if (soak === null) return <Empty title="Reading the records">A long file takes a moment.</Empty>
  if (soak === 'unreadable') {
    return (
      <Empty title="The soak file cannot be read">
        It is no file, or the user of the console may not read it. <code>/api/soak</code> says which.
      </Empty>
    )
  }
  if (soak === 'none') {
    return (
      <Empty title="No soak file is followed">
        Start the console with <code>--data-dir</code> of a devnet, or with <code>--config</code> of a watchdog.
      </Empty>
    )
  }
  return <Followed soak={soak} />
}

function Followed({ soak }: { soak: SoakView }) {
  return (
    <>
      {soak.run ? <SoakTiles soak={soak} run={soak.run} /> : <NoRecords />}
      {soak.run && <Charts soak={soak} />}
      {soak.drills.length > 0 && <Drills drills={soak.drills} />}
      <ReportPanel report={soak.report} />
      {soak.report?.readable && (
        <Panel id="findings" title="Findings" aside={findingsAside(soak.report)}>
          <Findings report={soak.report} />
        </Panel>
      )}
    </>
  )
}

function NoRecords() {
  return (
    <Empty title="No record yet">
      The watchdog has written nothing so far. A devnet polls every five seconds; elsewhere{' '}
      <code>montana soak watch</code> does.
    </Empty>
  )
}

function findingsAside({ summary }: NonNullable<SoakView['report']>): string {
  if (!summary) return ''
  const { critical, warning, info, accounted } = summary
  const open = `open: ${critical} critical, ${counted(warning, 'warning')}, ${counted(info, 'note')}`
  return accounted === 0 ? open : `${open} · accounted for: ${accounted}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
