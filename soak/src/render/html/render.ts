import type { Report } from '../../report/schema.js'
import type { Section } from '../document.js'
import { escapeHtml } from '../escape.js'
import { compareFindings } from '../findings.js'
import type { RenderOptions } from '../options.js'
import { allSections } from '../sections/all.js'
import { sectionHtml } from './blocks.js'
import type { Anchors } from './inline.js'
import { overviewHtml } from './overview.js'
import { STYLE } from './style.js'

/** Nothing is fetched and nothing is run, whatever a label or a log line contains. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

function headHtml(title: string): string {
  return [
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${STYLE}</style>`,
  ].join('\n')
}

/** Ids by position: a key may hold anything. */
function anchorsOf(report: Report): Anchors {
  return new Map(report.findings.toSorted(compareFindings).map((finding, i) => [finding.key, `finding-${i + 1}`]))
}

function contentsHtml(sections: readonly Section[]): string {
  const items = sections.map(({ number, title }) => {
    return `<li><a href="#section-${number}"><span class="section-number">${number}</span>${escapeHtml(title)}</a></li>`
  })
  return `<nav aria-label="Sections"><ol>${items.join('')}</ol></nav>`
}

/** `report.html` of a report: one file without script or outside request; the same report gives the same bytes. */
export function renderHtml(report: Report, options: RenderOptions = {}): string {
  const anchors = anchorsOf(report)
  const sections = allSections(report, options)
  const main = sections.map((section) => sectionHtml(section, { report, anchors })).join('\n')
  const body = `${overviewHtml(report, anchors)}\n${contentsHtml(sections)}\n<main>\n${main}\n</main>`
  const head = headHtml(`Montana deep retrospective \u2014 ${report.date} \u2014 ${report.verdict}`)
  return `<!doctype html>\n<html lang="en">\n<head>\n${head}\n</head>\n<body>\n${body}\n</body>\n</html>\n`
}
