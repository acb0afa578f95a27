import type { SoakNode, SoakRecord } from '@montana/soak'

/** One line per node, without a header: for reading by eye, and by grep. */
export function nodeLines({ nodes }: SoakRecord): string {
  const width = Math.max(...nodes.map(({ label }) => label.length))
  return nodes.map(({ label, ...node }) => [label.padEnd(width), ...nodeCells(node)].join('  ').trimEnd()).join('\n')
}

function nodeCells(node: Omit<SoakNode, 'label'>): string[] {
  if (!node.reachable) return ['unreachable', node.error?.code ?? '', node.error?.text ?? '']
  const peers = node.peers ?? []
  const connected = peers.filter(({ conns }) => conns > 0).length
  return [
    ...[node.phase ?? '-', `window ${node.window ?? '-'}`, `lag ${node.lag ?? '-'}`],
    ...[`peers ${connected}/${peers.length}`, `heartbeats ${heartbeats(node)}`],
  ]
}

function heartbeats({ hb_5m, span_s, peers }: Omit<SoakNode, 'label'>): string {
  if (hb_5m !== null && span_s !== null) return `${hb_5m} in ${Math.round(span_s)} s`
  return `${(peers ?? []).reduce((sum, { ping_ok }) => sum + ping_ok, 0)} since start`
}

export function summaryLine({ ts, seq, head, nodes }: SoakRecord): string {
  const reachable = nodes.filter((node) => node.reachable).length
  const lags = nodes.map(({ lag, label }) => `${label} ${lag ?? 'unreachable'}`).join(', ')
  return `${ts} record ${seq}: window ${head?.window ?? '-'}, ${reachable} of ${nodes.length} reachable, lag ${lags}`
}
