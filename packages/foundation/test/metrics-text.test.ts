import { describe, expect, it } from 'vitest'
import { samplesIn, TextMetrics } from '../src/metrics-text.js'

const fill = (before = '') => {
  const metrics = new TextMetrics(before)
  const polls = metrics.counter({ name: 'polls_total', help: 'Polls', labels: ['result'] })
  const bytes = metrics.gauge({ name: 'file_bytes', help: 'Length' })
  polls.inc({ result: 'ok' })
  bytes.set({}, 7)
  return { metrics, polls }
}

describe('metrics of a program that ends', () => {
  it('are left as text', () => {
    expect(fill().metrics.toString()).toBe(
      [
        '# HELP polls_total Polls',
        '# TYPE polls_total counter',
        'polls_total{result="ok"} 1',
        '# HELP file_bytes Length',
        '# TYPE file_bytes gauge',
        'file_bytes 7',
        '',
      ].join('\n'),
    )
  })

  it('count on from what was left the last time, with labels of any text', () => {
    const first = fill()
    first.polls.inc({ result: 'a "quoted"\nline\\' }, 2)
    const second = fill(first.metrics.toString())
    expect(samplesIn(second.metrics.toString())).toEqual([
      ['polls_total{result="ok"}', 2],
      ['polls_total{result="a \\"quoted\\"\\nline\\\\"}', 2],
      ['file_bytes', 7],
    ])
  })

  it('what is no sample, or too much of it, is left out', () => {
    expect(samplesIn('a 1\nb\nc x\n{} 1\nd{e="f"} 2.5e3\n# TYPE a gauge')).toEqual([
      ['a', 1],
      ['d{e="f"}', 2500],
    ])
    expect(samplesIn('a 1\n'.repeat(100_000))).toEqual([])
  })
})
