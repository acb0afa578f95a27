import type { Report } from '../../report/schema.js'
import type { Block, Section } from '../document.js'
import type { RenderOptions } from '../options.js'
import { cell, code, left, paragraph, table, text } from '../parts.js'

function outputsTable(options: RenderOptions): Block[] {
  const outputs = options.outputs ?? []
  if (outputs.length === 0) return []
  const rows = outputs.map((output) => [cell(code(output.file)), cell(code(output.sha256))])
  return [table('Outputs', [left('File'), left('SHA-256')], rows)]
}

export function reproductionSection(report: Report, options: RenderOptions): Section {
  const { command, build } = report.reproduction
  const blocks: Block[] = [
    paragraph(text('The same inputs give the same bytes. Their hashes are in section 0. Build: '), code(build)),
    { kind: 'command', text: command },
    ...outputsTable(options),
  ]
  return { number: 9, title: 'Reproduction', blocks }
}
