import { dashboard, panel, stat } from './dashboard.mjs'

/** What the watchdog and its reports say. */
export const soak = dashboard({
  uid: 'montana-soak',
  title: 'Montana: soak',
  description: 'The watchdog, and the findings of the latest report that are neither explained nor planned.',
  rows: [
    [
      'The watchdog',
      [
        panel('Polls', 'none', ['sum by (result) (increase(montana_soak_polls_total[1h]))', '{{result}} in an hour']),
        panel('Soak file', 'bytes', ['montana_soak_file_bytes']),
        stat('Coverage of the latest report', 'percentunit', ['montana_soak_coverage_ratio']),
      ],
    ],
    [
      'Findings',
      [
        stat('Open', 'none', ['sum by (severity) (montana_findings_open)', '{{severity}}']),
        panel('By finding', 'none', ['montana_findings_open', '{{severity}} {{id}}']),
        panel('Alerts that fire', 'none', [
          'sum by (alertname, finding) (ALERTS{alertstate="firing"})',
          '{{alertname}} {{finding}}',
        ]),
      ],
    ],
  ],
})
