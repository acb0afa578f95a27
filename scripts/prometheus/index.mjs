import { readFileSync } from 'node:fs'
import { stringify } from 'yaml'
import { alertmanagerConfig } from './alertmanager.mjs'
import { failoverAlerts } from './failover.mjs'
import { findingAlerts } from './findings.mjs'
import { prometheusConfig } from './scrape.mjs'

const NOTE = '# Written by scripts/write-alerts.mjs.'

/** Every generated file of deploy/prometheus, by name; needs a build. */
export async function alertFiles() {
  const { CAUSES, REMEDIES } = await import('../../soak/dist/index.js')
  const thresholds = JSON.parse(readFileSync(new URL('../../soak/thresholds.v1.json', import.meta.url), 'utf8'))
  const group = (name, rules) => ({ groups: [{ name, interval: '1m', rules }] })
  return {
    'findings.rules.yml': yaml(
      'One alert or more for each finding of the watchdog: its thresholds, its remedies.',
      group('montana-findings', findingAlerts(thresholds, REMEDIES)),
    ),
    'failover.rules.yml': yaml('Alerts of the failover agents.', group('montana-failover', failoverAlerts)),
    'prometheus.example.yml': yaml(
      'Copy beside the rules and put in your own nodes; docs/observability.md.',
      prometheusConfig,
    ),
    'alertmanager.example.yml': yaml(
      'Copy and put in your own receiver; docs/observability.md.',
      alertmanagerConfig(CAUSES),
    ),
  }
}

function yaml(comment, document) {
  return `# ${comment}\n${NOTE}\n${stringify(document, { lineWidth: 0 })}`
}
