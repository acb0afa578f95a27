import { parser } from '@prometheus-io/lezer-promql'
import type { MetricFacts } from './registries.js'

/** What Grafana puts in place of its variables does not change what a query asks for. */
const VARIABLES: readonly (readonly [RegExp, string])[] = [
  [/\$__(?:rate_interval|range|interval)/g, '5m'],
  [/\$[a-z]+/g, 'x'],
]
/** Series that Prometheus makes itself. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  up: [],
  ALERTS: ['alertname', 'alertstate', 'severity', 'finding'],
}
/** Labels of every series, by the scrape configuration. */
const TARGET_LABELS = ['instance', 'job']
const SUFFIXES = /_(?:bucket|sum|count)$/

export interface QueryUse {
  readonly metric: string
  readonly problems: readonly string[]
}

/** Metrics that a query asks for, and what is wrong with it: syntax, unknown metrics, unknown labels. */
export function usesOf(query: string, known: ReadonlyMap<string, MetricFacts>): QueryUse[] {
  const text = VARIABLES.reduce((result, [pattern, value]) => result.replaceAll(pattern, value), query)
  const found = nodesOf(text)
  if (found.some(({ name }) => name === '⚠')) return [{ metric: '', problems: [`cannot be parsed: ${query}`] }]
  const selectors = found.filter(({ name }) => name === 'VectorSelector').map(({ from, to }) => text.slice(from, to))
  const uses = selectors.map((selector) => useOf(selector, known))
  const labels = new Set(uses.flatMap(({ labels: own }) => own))
  const grouped = found.filter(({ name, parent }) => name === 'LabelName' && parent === 'GroupingLabels')
  const unknown = grouped.map(({ from, to }) => text.slice(from, to)).filter((label) => !labels.has(label))
  const problems = unknown.map((label) => `no metric of it has the label ${label}: ${query}`)
  return uses.map((use) => ({ metric: use.metric, problems: [...use.problems, ...problems] }))
}

interface Found {
  readonly name: string
  readonly parent: string
  readonly from: number
  readonly to: number
}

function nodesOf(text: string): Found[] {
  const found: Found[] = []
  parser.parse(text).iterate({
    enter: ({ name, from, to, node }) => void found.push({ name, parent: node.parent?.name ?? '', from, to }),
  })
  return found
}

function useOf(selector: string, known: ReadonlyMap<string, MetricFacts>) {
  const [, name = ''] = /^([a-zA-Z_:][\w:]*)/.exec(selector) ?? []
  const base = known.has(name) ? name : name.replace(SUFFIXES, '')
  const facts = known.get(base)
  const own = OWN[name]
  const isHistogramPart = base !== name && facts?.type !== 'histogram'
  if ((!facts && !own) || isHistogramPart) {
    return { metric: name, labels: [] as string[], problems: [`there is no metric ${name}`] }
  }
  const labels = [...TARGET_LABELS, ...(facts?.labels ?? own ?? []), ...(base === name ? [] : ['le'])]
  const asked = [...selector.matchAll(/([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label = '']) => label)
  const problems = asked.filter((label) => !labels.includes(label)).map((label) => `${name} has no label ${label}`)
  return { metric: base, labels, problems }
}
