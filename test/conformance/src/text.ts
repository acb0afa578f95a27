import type { BackendReport, Counted, Counts, FileReport, Report } from './report.js'
import type { WholeReport } from './run-all.js'

/** Failures first, then a line per backend with what it ran and what it cannot, and the totals in the last line. */
export function formatReport(report: Report): string {
  return `${[...report.files.flatMap(formatFile), countsText(report)].join('\n')}\n`
}

/** As {@link formatReport}; before the totals stands what is not here, and where fewer cases ran than before. */
export function formatWhole(report: WholeReport): string {
  const lines = [
    ...report.files.flatMap(formatFile),
    ...report.unavailable.map(({ backend, reason }) => `SKIPPED: the backend '${backend}': ${reason}`),
    ...report.absent.map((name) => `SKIPPED: the collection '${name}' is not beside this checkout`),
    ...report.shrunk.map(shrunkText),
    countsText(report),
  ]
  return `${lines.join('\n')}\n`
}

function shrunkText({ file, backend, group, recorded, now }: WholeReport['shrunk'][number]): string {
  return `SHRUNK ${file} ${backend} ${group}: ${now} ran, ${recorded} did before`
}

function formatFile({ file, backends, failures }: FileReport): string[] {
  const failed = failures.flatMap(({ backend, name, expected, actual }) => [
    `FAILED ${file} ${backend ?? ''} ${name}`.replace('  ', ' '),
    `  expected ${expected}`,
    `  actual   ${actual}`,
  ])
  return [...failed, ...backends.flatMap((backend) => formatBackend(file, backend))]
}

function formatBackend(file: string, report: BackendReport): string[] {
  const ran = Object.entries(report.ran).map(([group, cases]) => `${group} ${cases}`)
  return [
    `${file} ${report.backend}: ${countsText(report)}`,
    ...(ran.length > 0 ? [`  ran ${ran.join(', ')}`] : []),
    ...report.cannotRun.map((entry) => `  skipped ${countedText(entry)}`),
    ...report.notCompared.map((entry) => `  not compared in ${countedText(entry)}`),
  ]
}

function countedText({ group, reason, cases }: Counted): string {
  return `${group} ×${cases}: ${reason}`
}

function countsText({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
