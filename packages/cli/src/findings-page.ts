import { DEGRADED_CODES, FINDING_CODES, type StatusCode } from '@montana/node/settings'
import { FINDING_CATALOGUE, FINDING_IDS, REMEDIES, type Thresholds } from '@montana/soak'

const BEGIN = '<!-- findings: written by npm run docs -->'
const END = '<!-- /findings -->'

/** `page` with the tables of all findings between its two marks, made from the tables that the programs have. */
export function withFindings(page: string, thresholds: Thresholds): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from === -1 || to < from) throw new RangeError(`the page has no ${BEGIN} … ${END}`)
  return `${page.slice(0, from)}${BEGIN}\n\n${findingTables(thresholds)}\n\n${page.slice(to)}`
}

function findingTables(thresholds: Thresholds): string {
  return [
    '### In a report',
    '',
    `Bounds are those of \`${thresholds.version}\`.`,
    '',
    reportTable(thresholds),
    '',
    '### In `findings[]` of a node',
    '',
    codeTable(FINDING_CODES),
    '',
    '### In `degraded[]` of a node',
    '',
    codeTable(DEGRADED_CODES),
  ].join('\n')
}

/** What to do is in the words of the report itself. */
function reportTable(thresholds: Thresholds): string {
  const rows = FINDING_IDS.map((id) => {
    const { severities, when, means, look } = FINDING_CATALOGUE[id]
    return row([id, severities.join(', '), when(thresholds), means, Object.values(REMEDIES[id]).join('; '), look])
  })
  return [
    row(['finding', 'severity', 'raised', 'means', 'what to do', 'look with']),
    row(Array(6).fill('---')),
    ...rows,
  ].join('\n')
}

function codeTable(codes: Readonly<Record<string, StatusCode>>): string {
  const rows = Object.entries(codes).map(([code, { means, action }]) => row([`\`${code}\``, means, action]))
  return [row(['code', 'means', 'what to do']), row(Array(3).fill('---')), ...rows].join('\n')
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}
