import type { Report } from '../../report/schema.js'
import type { Block, Cell, Section } from '../document.js'
import { cell, decimal, left, muted, number, paragraph, right, strong, table, text } from '../parts.js'
import { chart } from './chart.js'

type Row = Report['heartbeats'][number]

const COLUMNS = [
  ...[left('Node'), left('Peer'), right('Sent'), right('OK'), right('Timeout'), right('Failed'), right('Expected')],
  ...[right('Ratio'), right('p50 (ms)'), right('p99 (ms)'), right('Closed'), right('Dial errors')],
]

function heartbeatRow(row: Row): Cell[] {
  const trust = row.trusted ? [] : [muted(' (untrusted)')]
  return [
    [[text(row.label), ...trust]],
    cell(text(row.peer ?? 'all peers')),
    ...[row.sent, row.ok, row.timeout, row.failed].map((value) => number(value)),
    decimal(row.expected, 0),
    decimal(row.ratio, 3),
    decimal(row.rtt_p50_ms, 1),
    decimal(row.rtt_p99_ms, 1),
    number(row.closed),
    number(row.dial_err),
  ]
}

function untrustedNote(report: Report): Block[] {
  const has = report.heartbeats.some((row) => !row.trusted)
  return has
    ? [
        paragraph(
          strong('Untrusted'),
          text(
            ' rows hold a count that contradicts another, or one rebuilt from torn lines: such counts are shown and never summed.',
          ),
        ),
      ]
    : []
}

export function heartbeatsSection(report: Report): Section {
  const lead =
    'Each node pings every connected peer every 5 s. Expected is 720 an hour times the measured time with a connection; ' +
    'a ratio outside 0.9 to 1.1 is a finding.'
  const blocks = [
    paragraph(text(lead)),
    ...chart(
      report,
      'heartbeat_ratio',
      'Heartbeats against the baseline',
      'Ratio of answered to expected pings. The shaded band is the accepted range, 0.9 to 1.1; the rule is the baseline, 1.0.',
    ),
    table('Heartbeats by pair', COLUMNS, report.heartbeats.map(heartbeatRow)),
    ...untrustedNote(report),
    ...chart(
      report,
      'rtt',
      'Round-trip time',
      '99th percentile of the answered pings towards the slowest peer, ms; shaded from the least to the most of each bucket.',
    ),
  ]
  return { number: 2, title: 'Heartbeat health', blocks }
}
