import type { NodeEvidence } from '@montana/node'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../context.js'
import { dataDirOf } from '../start-flags.js'
import { formatTable } from '../table.js'

const EVIDENCE = ['node', 'window', 'kind', 'signed by', 'what']
const INCIDENTS = ['node', 'code', 'peer', 'count', 'windows', 'last']
const SHORT_ID = 16

export function evidenceCommand(context: CliContext): Command {
  return new Command('evidence').description('what this node holds against others').addCommand(listCommand(context))
}

/** Exit 0 whether or not there is any; 78 when there is no store. */
function listCommand(context: CliContext): Command {
  return new Command('list')
    .description(
      "proven contradictions and refused messages in the store of --data-dir, or in those of a devnet's; reads only",
    )
    .action(async (_: unknown, self: Command) => {
      const { readEvidence } = await import('@montana/node')
      const nodes = readEvidence(dataDirOf(context, self))
      if (self.optsWithGlobals<GlobalOptions>().json) context.json({ nodes })
      else print(context, nodes)
    })
}

function print(context: CliContext, nodes: readonly NodeEvidence[]): void {
  const pairs = nodes.flatMap(({ label, evidence }) =>
    evidence.map(({ window, kind, nodeId, detail }) => [label, window, kind, short(nodeId), detail]),
  )
  const incidents = nodes.flatMap((node) =>
    node.incidents.map(({ code, peer, count, firstWindow, lastWindow, lastAt }) => {
      return [node.label, code, peer.slice(-8) || 'itself', count, `${firstWindow} to ${lastWindow}`, lastAt]
    }),
  )
  context.out(pairs.length === 0 ? 'no contradictions' : formatTable(EVIDENCE, pairs))
  context.out('')
  context.out(incidents.length === 0 ? 'no refused messages' : formatTable(INCIDENTS, incidents))
  for (const { label, hasStore } of nodes) if (!hasStore) context.out(`\n${label} has no store`)
}

function short(nodeId: string | null): string | null {
  return nodeId === null ? null : nodeId.slice(0, SHORT_ID)
}
