import type { ActingSpan, ClientWrite, SinkLine, Trace } from '@montana/service-chaos'

export function span(host: string, epoch: string, fromMs: number, toMs: number, policy = 'serve'): ActingSpan {
  return { host, policy, epoch, fromMs, toMs }
}

export function effect(
  id: number,
  host: string,
  epoch: string,
  at_ms: number,
  outcome: SinkLine['outcome'] = 'accepted',
): SinkLine {
  return { outcome, key: `write-${id}`, epoch, host, at_ms }
}

/** Two tenures, one after the other, four writes, a frozen host's late one refused: nothing is wrong with it. */
export function soundTrace(): Trace {
  return {
    spans: [span('almaty', '100', 0, 5_000), span('spb', '200', 8_000, Number.POSITIVE_INFINITY)],
    effects: [
      effect(1, 'almaty', '100', 1_000),
      effect(2, 'almaty', '100', 2_000),
      effect(3, 'spb', '200', 9_000),
      effect(2, 'spb', '200', 9_100, 'duplicate'),
      effect(4, 'almaty', '100', 10_500, 'refused'),
    ],
    acknowledged: ['write-1', 'write-2', 'write-3'],
    thaws: [{ host: 'almaty', atMs: 10_000 }],
    ends: [{ host: 'almaty', atMs: 5_000 }],
    sent: new Map([4, 5, 6].map((id) => [`write-${id}`, 9_200])),
  }
}

/** Of a client that sends ten a second: `failed` are the numbers of those without an answer. */
export function writesOf(count: number, failed: readonly number[], hostOf: (id: number) => string): ClientWrite[] {
  return Array.from({ length: count }, (_, index) => {
    const isOk = !failed.includes(index)
    const sentMs = index * 100
    return { id: index, sentMs, endMs: sentMs + (isOk ? 10 : 80), isOk, host: isOk ? hostOf(index) : null }
  })
}
