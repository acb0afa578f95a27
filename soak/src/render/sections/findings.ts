import type { Report } from '../../report/schema.js'
import type { Block, Cell, Section } from '../document.js'
import { type DrillGroups, groupFindings, groupsByDrill, isOpen, type ReportDrill } from '../findings.js'
import { cell, heading, known, left, muted, paragraph, string, strong, table, text } from '../parts.js'
import { drillName, period } from '../phrases.js'

const DRILL_COLUMNS = [
  left('Drill'),
  left('Kind'),
  left('Node'),
  left('Peer'),
  left('From\u2013to'),
  left('Noticed by'),
]

function noticedCell(drill: ReportDrill): Cell {
  if (drill.found.length === 0) return cell(strong('MISSED'))
  return drill.found.map((key) => [{ kind: 'finding', key }])
}

function drillRow(drill: ReportDrill): Cell[] {
  return [
    cell(text(drill.id)),
    cell(text(drill.kind)),
    cell(text(drill.label)),
    string(drill.peer, 'the drill has no second node'),
    known(period(drill.from, drill.to), (v) => v, 'it never began'),
    noticedCell(drill),
  ]
}

function drillBlocks({ drill, groups }: DrillGroups): Block[] {
  if (groups.length === 0) return []
  const name = drill === null ? 'Drills that nobody declared' : `Drill ${drill.id}: ${drillName(drill)}`
  return [heading(name), { kind: 'findings', groups }]
}

function drilledBlocks(report: Report): Block[] {
  if (report.drills.length === 0) return [paragraph(muted('No drill was declared.'))]
  const lead =
    'Faults declared before the run. A finding that a drill explains does not block PASS; a drill without its finding fails the soak row.'
  return [paragraph(text(lead)), table('Drills', DRILL_COLUMNS, report.drills.map(drillRow))]
}

function legend(): Block {
  return paragraph(
    { kind: 'severity', severity: 'critical' },
    muted(' blocks a PASS unless explained or drilled, '),
    { kind: 'severity', severity: 'warning' },
    muted(' and '),
    { kind: 'severity', severity: 'info' },
    muted(' do not. What a finding explains stands under it and is not counted again. Evidence ids name an input.'),
  )
}

export function findingsSection(report: Report): Section {
  const open = groupFindings(report.findings).filter(isOpen)
  const none = paragraph(muted('No open finding.'))
  const blocks: Block[] = [
    legend(),
    heading('Open findings'),
    open.length === 0 ? none : { kind: 'findings', groups: open },
    heading('Declared drills'),
    ...drilledBlocks(report),
    ...groupsByDrill(report).flatMap(drillBlocks),
  ]
  return { number: 8, title: 'Findings', blocks }
}
