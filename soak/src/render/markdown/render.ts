import type { Report } from '../../report/schema.js'
import type { RenderOptions } from '../options.js'
import { allSections } from '../sections/all.js'
import { sectionMarkdown } from './blocks.js'
import { overviewMarkdown } from './overview.js'

/** `report.md` of a report; the same report gives the same bytes. */
export function renderMarkdown(report: Report, options: RenderOptions = {}): string {
  return `${[overviewMarkdown(report), ...allSections(report, options).map(sectionMarkdown)].join('\n\n')}\n`
}
