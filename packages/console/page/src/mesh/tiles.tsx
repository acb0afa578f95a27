import type { MeshView, ReportView } from '../../../src/api/views.js'
import { dayTime, duration, MISSING, number } from '../data/format.js'
import { useNow } from '../data/hooks.js'
import { agreementTone, verdictTone } from '../data/state.js'
import { Mark } from '../parts/mark.js'
import { Tile } from '../parts/tile.js'
import { headNote, membersNote, membersTone } from './members.js'

interface TilesProps {
  readonly mesh: MeshView
  readonly heardAtMs: number
  readonly report: ReportView | null
  readonly isStale: boolean
}

/** The state of the mesh in one row. */
export function MeshTiles(props: TilesProps) {
  const { mesh, report } = props
  return (
    <dl class="tiles">
      <Tile id="window" name="Window" value={number(mesh.head?.window)} note={headNote(mesh)} />
      <CementedTile {...props} />
      <MembersTile mesh={mesh} />
      <AgreementTile mesh={mesh} />
      <VerdictTile report={report} />
    </dl>
  )
}

/** Goes on counting between two snapshots, but not beyond the last that was heard of. */
function CementedTile({ mesh, heardAtMs, isStale }: TilesProps) {
  const now = useNow(200)
  const sinceMs = isStale ? 0 : Math.max(0, now - heardAtMs)
  const ageMs = mesh.cementedAgeMs === null ? null : mesh.cementedAgeMs + sinceMs
  const text = ageMs === null ? MISSING : `${duration(ageMs)} ago`
  const value = mesh.isOverdue ? <Mark tone="warn">{text}</Mark> : text
  return <Tile id="cemented" name="Last cemented" value={value} note={paceNote(mesh)} />
}

function paceNote(mesh: MeshView): string {
  const pace = mesh.paceMs
  if (pace === null) return mesh.head ? 'pace not known yet' : 'no node answers'
  return `one window in ${duration(pace)}${mesh.isOverdue ? ': overdue' : ''}`
}

function MembersTile({ mesh }: { mesh: MeshView }) {
  const { active, up } = mesh.members
  const value = active === null ? MISSING : <Mark tone={membersTone(mesh)}>{`${up} of ${active}`}</Mark>
  return <Tile id="members" name="Members up" value={value} note={membersNote(mesh)} />
}

const AGREEMENT_WORDS = { yes: 'equal', no: 'differ', unknown: 'not compared' } as const

function AgreementTile({ mesh: { common } }: { mesh: MeshView }) {
  const agrees = common?.agrees ?? 'unknown'
  const nodes = common?.compared === 1 ? 'node' : 'nodes'
  const note = common ? `${common.compared} ${nodes} at window ${number(common.window)}` : 'no node answers'
  return (
    <Tile
      id="agreement"
      name="Hashes"
      value={<Mark tone={agreementTone(agrees)}>{AGREEMENT_WORDS[agrees]}</Mark>}
      note={note}
    />
  )
}

function VerdictTile({ report }: { report: ReportView | null }) {
  const word = report ? (report.verdict ?? 'unreadable') : 'none yet'
  const note = report ? `report of ${dayTime(report.generatedAt)}` : 'no report has been written'
  const value = <Mark tone={verdictTone(report?.verdict ?? null)}>{word}</Mark>
  return <Tile id="verdict" name="Verdict" value={value} note={note} />
}
