import { documentDigest } from '@montana/fleet'
import { isInForce, ROSTER_KIND, type RosterEntry } from '@montana/fleet/roster'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { formatTable } from '../../table.js'
import { readDraft } from '../document/draft-file.js'

const HEADER = ['host', 'tunnel address', 'endpoint', 'public key', 'state', 'from', 'to']

export function showCommand(context: CliContext): Command {
  return new Command('show')
    .description('what a roster says; nothing is verified')
    .argument('<file>', 'the roster')
    .action(async (file: string, _: unknown, self: Command) => {
      const document = await readDraft(file, ROSTER_KIND)
      const { network, version, issued_at: issuedAt, not_after: notAfter, signatures } = document
      const signedBy = signatures.map(({ operator }) => operator)
      const entries = document.entries.map((entry) => entryFacts(entry, Date.now()))
      const head = { file, network, version, sha256: documentDigest(document), issuedAt, notAfter, signedBy }
      if (self.optsWithGlobals<GlobalOptions>().json) return context.json({ ...head, entries })
      context.out(`roster of ${network}, version ${version}, ${issuedAt} to ${notAfter}`)
      context.out(`signed by ${signedBy.join(', ') || 'nobody'} (not verified)`)
      context.out(formatTable(HEADER, entries.map(entryRow)))
    })
}

function entryFacts(entry: RosterEntry, nowMs: number) {
  return {
    label: entry.label,
    nodeId: entry.node_id,
    wgPub: entry.wg_pub,
    tunnelIp: entry.tunnel_ip,
    endpoint: entry.endpoint,
    validFrom: entry.valid_from,
    validTo: entry.valid_to,
    state: entry.state,
    isInForce: isInForce(entry, nowMs),
    isSignedByNode: entry.sig_node !== null,
  }
}

function entryRow(entry: ReturnType<typeof entryFacts>): string[] {
  const { label, tunnelIp, endpoint, wgPub, state, validFrom, validTo } = entry
  const shown = state === 'active' && !entry.isInForce ? 'not now' : state
  return [label, tunnelIp, endpoint ?? '-', wgPub, shown, validFrom, validTo]
}
