import { type Finding, METHODS, type Register, SEARCHES, SEVERITIES } from '../register/schema.js'
import { bullets, cell, code, table } from './markdown.js'

/** docs/track-record.md: every sentence with a number in it is made from the register. */
export function renderRecord(register: Register): string {
  const searched = register.findings.filter(({ found }) => SEARCHES.includes(found.method))
  const others = register.findings.filter(({ found }) => !SEARCHES.includes(found.method))
  return `${[
    '# Track record',
    '<!-- Written by `npm run -s docs` from docs/findings.json; edit that. -->',
    opening(register, searched),
    '## Found by simulation, schedules, chaos and fuzzing',
    table(['id', 'severity', 'what was wrong', 'found by', 'found again by'], searched.map(searchedRow)),
    notRefound(searched),
    '## Found otherwise',
    table(['id', 'severity', 'what was wrong', 'found by', 'test', 'found again by'], others.map(otherRow)),
    '## Scale and methods',
    bullets(
      SEVERITIES.map(
        (severity) => `**${severity}** (${register.counts.severity[severity]}): ${register.severities[severity]}`,
      ),
    ),
    bullets(METHODS.map((method) => `**${method}** (${register.counts.method[method]}): ${register.methods[method]}`)),
    `Left out: ${register.leftOut.commits.length} commits. ${register.leftOut.reason}`,
    `Sum of the register: ${code(register.sum)}`,
  ].join('\n\n')}\n`
}

function opening({ counts, findings, revised }: Register, searched: readonly Finding[]): string {
  const { mended, accepted, open } = counts.disposition
  const again = findings.filter(({ refind }) => refind.kind !== 'none').length
  return `${counts.total} real bugs of the product, as of ${revised}: ${mended} mended, ${accepted} accepted, ${open} open. ${searched.length}
were found by a machine that searched. ${again} are found again by a run of today: the former code is put back, or the
input is read once more, and the same oracle has to notice. Each that is mended has a test that holds it; commits and tests are in
[findings.json](findings.json), whose sums \`npm test -- test/record\` checks.`
}

const found = ({ found: { method, how, seeds } }: Finding) =>
  `${method}: ${how}${seeds ? `; seeds ${seeds.join(', ')} of that time` : ''}`

/** The command that finds it again, or a dash. */
export function refindCommand({ id, refind }: Finding): string {
  return refind.kind === 'none' ? '–' : code(`npm run -s findings -- refind ${id}`)
}

function searchedRow(finding: Finding): string[] {
  return [finding.id, finding.severity, cell(finding.title), cell(found(finding)), refindCommand(finding)]
}

function otherRow(finding: Finding): string[] {
  const { id, severity, title } = finding
  return [id, severity, cell(title), finding.found.method, heldBy(finding), refindCommand(finding)]
}

/** Its test, or where a reader is told that it stays. */
function heldBy({ disposition, tests }: Finding): string {
  if (disposition.state === 'mended') return code(tests[0]?.file ?? '')
  return disposition.state === 'accepted' ? `accepted, ${disposition.document}` : `open: ${cell(disposition.reason)}`
}

function notRefound(searched: readonly Finding[]): string {
  const reasons = searched.flatMap(({ id, refind }) => (refind.kind === 'none' ? `${id}: ${refind.reason}` : []))
  return reasons.length === 0
    ? 'All of them are found again.'
    : `Not found again, and not counted as such:\n\n${bullets(reasons)}`
}
