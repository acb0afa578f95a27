import type { Bench } from '../../bench.js'
import type { BenchResult, Results } from '../results.js'
import { benchHtml } from './bench-section.js'
import { goalsHtml } from './goals-section.js'
import { headHtml } from './head.js'
import { escapeHtml } from './html.js'
import { overviewHtml } from './overview.js'

/** `bench/index.html`: one file without script or outside request; the same results give the same bytes. */
export function renderPage(results: Results, benches: readonly Bench[]): string {
  const sections = results.benches.map((result) =>
    benchHtml(
      result,
      benches.find(({ name }) => name === result.bench),
    ),
  )
  const main = [goalsHtml(results.goals), ...sections].join('\n')
  const body = `${overviewHtml(results)}\n${contentsHtml(results.benches)}\n<main>\n${main}\n</main>`
  const head = headHtml(`Montana benchmarks, ${results.startedAt.slice(0, 10)}`)
  return `<!doctype html>\n<html lang="en">\n<head>\n${head}\n</head>\n<body>\n${body}\n</body>\n</html>\n`
}

function contentsHtml(benches: readonly BenchResult[]): string {
  const names = ['goals', ...benches.map(({ bench, outcome }) => (outcome === 'ran' ? bench : `${bench} ✗ failed`))]
  const items = names.map(
    (name) => `<li><a href="#${escapeHtml(name.split(' ')[0] ?? '')}">${escapeHtml(name)}</a></li>`,
  )
  return `<nav aria-label="Sections"><ul>${items.join('')}</ul></nav>`
}
