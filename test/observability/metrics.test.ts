import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CAUSES, FINDING_IDS, REMEDIES } from '@montana/soak'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { usesOf } from './support/promql.js'
import { allMetrics, type MetricFacts } from './support/registries.js'

const ROOT = join(import.meta.dirname, '..', '..')
const GRAFANA = join(ROOT, 'deploy', 'grafana')
const PROMETHEUS = join(ROOT, 'deploy', 'prometheus')
/** prom-client's own: some are shown, none has to be. */
const DEFAULTS = /^(?:process|nodejs)_/
const UNITS = /_(?:total|seconds|bytes|ratio|info|windows|window|permille|steps|steps_per_second|windows_per_second)$/

interface Target {
  readonly expr: string
}
interface Panel {
  readonly type: string
  readonly title: string
  readonly targets?: readonly Target[]
  readonly datasource?: { readonly uid: string }
}
interface Dashboard {
  readonly uid: string
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly type: string; readonly query: string }[] }
}
interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string; readonly finding?: string }
  readonly annotations: { readonly summary: string; readonly remedy?: string; readonly action?: string }
}

/** Spec operations 14. */
const SPECIFIED = [
  ...['build_info', 'document_info', 'phase', 'synced', 'degraded', 'window', 'head_window', 'lag_windows'],
  ...['window_age_seconds', 'windows_cemented_total', 'cement_seconds', 'proposals_total', 'confirmations_total'],
  ...['equivocations_total', 'quorum_weight_ratio', 'proposer', 'clock_steps_total', 'clock_steps_per_second'],
  ...['clock_window_seconds', 'clock_backend_info', 'proof_verify_seconds', 'replay_windows_total'],
  ...['store_commit_seconds', 'store_bytes', 'store_read_only', 'sync_progress_ratio', 'sync_bytes_total'],
  ...['disk_free_bytes', 'inodes_free', 'psi_ratio', 'swap_used_bytes', 'job_last_success_timestamp_seconds'],
  ...['job_runs_total', 'job_seconds', 'document_not_after_timestamp_seconds', 'document_refused_total'],
  ...['soak_polls_total', 'soak_coverage_ratio', 'soak_file_bytes', 'findings_open'],
].map((name) => `montana_${name}`)

/** Whatever a file of metrics calls one, so that no package is forgotten in support/registries.ts. */
function namesInSources(): string[] {
  const folders = ['packages', 'soak'].map((name) => join(ROOT, name))
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => /(?:^|\/)src\/.*metrics[^/]*(?:\/[^/]+)?\.ts$/.test(path) && !path.includes('node_modules'))
      .map((path) => join(folder, path)),
  )
  const names = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/'(montana_[a-z0-9_]+)'/g)])
  return [...new Set(names.map(([, name = '']) => name))]
}

let known: ReadonlyMap<string, MetricFacts>
beforeAll(async () => {
  known = await allMetrics()
})

const dashboards = readdirSync(GRAFANA).map((name) => {
  return [name, JSON.parse(readFileSync(join(GRAFANA, name), 'utf8')) as Dashboard] as const
})
const ruleFiles = readdirSync(PROMETHEUS).filter((name) => name.endsWith('.rules.yml'))
const rules = ruleFiles.flatMap((name) => {
  const { groups } = parse(readFileSync(join(PROMETHEUS, name), 'utf8')) as { groups: { rules: Rule[] }[] }
  return groups.flatMap((group) => group.rules)
})
const queries = dashboards.flatMap(([, { panels }]) => panels.flatMap(({ targets = [] }) => targets))

describe('metrics, dashboards and rules', () => {
  it('no query asks for what does not exist', () => {
    const all = [...queries.map(({ expr }) => expr), ...rules.map(({ expr }) => expr)]
    expect(all.flatMap((expr) => usesOf(expr, known).flatMap(({ problems }) => problems))).toEqual([])
    const variables = dashboards.flatMap(([, { templating }]) => templating.list.filter(({ type }) => type === 'query'))
    for (const { query } of variables) {
      const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(query) ?? []
      expect([query, known.has(metric), label]).toEqual([
        query,
        true,
        expect.stringMatching(/^(instance|peer|mirror)$/),
      ])
    }
  })

  it('every metric is on a dashboard', () => {
    const shown = new Set(queries.flatMap(({ expr }) => usesOf(expr, known).map(({ metric }) => metric)))
    const missing = [...known.keys()].filter((name) => !shown.has(name) && !DEFAULTS.test(name))
    expect(missing).toEqual([])
    process.stdout.write(
      `metrics: ${known.size} (${[...known.keys()].filter((name) => DEFAULTS.test(name)).length} of prom-client), ` +
        `${queries.length} queries on ${dashboards.length} dashboards, ${rules.length} alerts\n`,
    )
  })

  it('those of the specification are there, and those of every package are looked at', () => {
    expect(SPECIFIED.filter((name) => !known.has(name))).toEqual([])
    const unknown = namesInSources().filter((name) => !known.has(name))
    expect(unknown).toEqual([])
  })

  it('what is misspelt is found', () => {
    const problems = (expr: string) => usesOf(expr, known).flatMap(({ problems: own }) => own)
    expect(problems('rate(montana_windows_total[5m])')).toEqual(['there is no metric montana_windows_total'])
    expect(problems('montana_phase{fase="Active"}')).toEqual(['montana_phase has no label fase'])
    expect(problems('sum by (pear) (montana_peer_healthy)').join()).toContain('the label pear')
    expect(problems('sum(montana_window').join()).toContain('cannot be parsed')
    expect(problems('montana_window_bucket')).toEqual(['there is no metric montana_window_bucket'])
  })

  it('every metric is told in a sentence, and its unit is in its name where it has one', () => {
    for (const [name, { help, type }] of known) {
      expect([name, help.length > 3]).toEqual([name, true])
      if (DEFAULTS.test(name)) continue
      if (type === 'counter') expect([name, name.endsWith('_total')]).toEqual([name, true])
      if (type === 'histogram') expect([name, UNITS.test(name)]).toEqual([name, true])
    }
  })
})

describe('dashboards', () => {
  it('have the form of Grafana, one datasource variable and nothing to be installed', () => {
    for (const [name, { uid, panels, templating }] of dashboards) {
      expect(uid).toBe(`montana-${name.replace('.json', '')}`)
      expect(templating.list[0]).toMatchObject({ type: 'datasource', query: 'prometheus' })
      for (const { type, title, targets = [], datasource } of panels) {
        expect(['row', 'stat', 'timeseries']).toContain(type)
        expect(title).not.toBe('')
        if (type !== 'row') expect([title, targets.length > 0, datasource?.uid]).toEqual([title, true, '$datasource'])
      }
    }
  })

  it('are what their description says', async () => {
    const { DASHBOARDS } = await import('../../scripts/grafana/index.mjs')
    expect(Object.fromEntries(dashboards)).toEqual(
      Object.fromEntries(Object.entries(DASHBOARDS).map(([name, board]) => [`${name}.json`, board])),
    )
  })
})

describe('alerts', () => {
  it('there is one for each finding, or a reason why not', async () => {
    const { WITHOUT_ALERT } = await import('../../scripts/prometheus/findings.mjs')
    const covered = new Set([...rules.map(({ labels }) => labels.finding), ...Object.keys(WITHOUT_ALERT)])
    expect(FINDING_IDS.filter((id) => !covered.has(id))).toEqual([])
  })

  it('say what to do in the words of the finding', () => {
    for (const { alert, labels, annotations } of rules) {
      expect([alert, annotations.summary !== '', /^(critical|warning|info)$/.test(labels.severity)]).toEqual([
        alert,
        true,
        true,
      ])
      const known: Readonly<Record<string, object>> = REMEDIES
      if (labels.finding === undefined) expect(annotations.remedy ?? annotations.action).toBeTruthy()
      else
        expect([alert, Object.values(known[labels.finding] ?? {})]).toEqual([
          alert,
          expect.arrayContaining([annotations.remedy]),
        ])
    }
  })

  it('the files are those that thresholds, remedies and causes of the watchdog make', async () => {
    const { alertFiles } = await import('../../scripts/prometheus/index.mjs')
    for (const [name, text] of Object.entries(await alertFiles()))
      expect([name, readFileSync(join(PROMETHEUS, name), 'utf8')]).toEqual([name, text])
    const { inhibit_rules: inhibitions } = parse(readFileSync(join(PROMETHEUS, 'alertmanager.example.yml'), 'utf8'))
    expect(inhibitions).toHaveLength(CAUSES.length + 1)
  })
})
