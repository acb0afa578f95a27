import type { NodeStatus } from '@montana/node/settings'
import { Command } from 'commander'
import { catchUpLine, caughtUpLine } from '../catch-up-line.js'
import type { CliContext, GlobalOptions } from '../context.js'
import { addNodeFlags, fetchStatus } from '../node-client.js'
import { labelled } from '../table.js'

export function statusCommand(context: CliContext): Command {
  const command = new Command('status').description('what a running node says about itself')
  return addNodeFlags(command).action(async (_, self: Command) => {
    const status = await fetchStatus(context, self)
    if (self.optsWithGlobals<GlobalOptions>().json) return context.json(status)
    for (const [label, value] of statusLines(status)) context.out(labelled(label, value))
  })
}

/** Words and labels of spec protocol 18: scripts read current_window, phase and NodeTable. */
function statusLines(status: NodeStatus): [string, string | number][] {
  const { clock, epoch, res, candidate, vote } = status
  const connected = status.peers.filter(({ conns }) => conns > 0).length
  return [
    ['label', status.label],
    ['network', status.network],
    ['genesis_hash', status.genesis_hash],
    ['current_window', status.window],
    ['target_window', status.target_window],
    ['phase', status.phase],
    ...(candidate ? [candidateLine(candidate)] : []),
    ['synced', status.synced ? 'yes' : 'no'],
    ...(status.catch_up ? [['catching up', catchUpLine(status.catch_up)] satisfies [string, string]] : []),
    ...(status.caught_up.mode ? [['caught up', caughtUpLine(status.caught_up)] satisfies [string, string]] : []),
    ['D (current)', status.D],
    ['header_hash', status.header_hash],
    ['state_root', status.state_root],
    ['account_id', status.account_id],
    ['node_id', status.node_id],
    ['NodeTable', `${status.node_table} records (${status.active_nodes} active nodes)`],
    ['supply', status.supply],
    ['epoch', `${epoch.index} (window ${epoch.position} of ${epoch.length})`],
    ['peers', `${connected} of ${status.peers.length} connected`],
    ['rules', vote.rule],
    ['open window', openWindow(status)],
    ['signs from window', vote.sign_from ?? 'silent: what it signed before is not known, see montana journal show'],
    ['clock', `${clock.backend}, ${clock.steps_per_second ?? '-'} steps/s; ${clock.note}`],
    ['clock values', valuesOf(clock)],
    ['crypto', status.crypto.backend],
    ['rss', res.rss === null ? '-' : `${Math.round(res.rss / 2 ** 20)} MiB`],
    ['uptime_s', status.proc.uptime_s],
    ['findings', status.findings.length],
    ['incidents', status.incidents.reduce((sum, { count }) => sum + count, 0)],
  ]
}

function candidateLine({ windows_done: done, windows_required: required }: NonNullable<NodeStatus['candidate']>) {
  return ['candidate VDF', `${done}/${required}`] satisfies [string, string]
}

function openWindow({ window, vote: { round, proposer, waits_for: missing } }: NodeStatus): string {
  const stage = `${window + 1}, ${round === 0 ? 'before the vote' : `round ${round}`}, ${proposer ?? 'nobody'} proposes`
  return missing.length === 0 ? `${stage}, confirmed by all` : `${stage}, not confirmed by ${missing.join(', ')}`
}

/** How the values of the windows that this process applied were known. */
function valuesOf({ values: { own, proof, audit, quorum } }: NodeStatus['clock']): string {
  return `${own} ground here, ${proof} proven, ${audit} audited, ${quorum} trusted`
}
