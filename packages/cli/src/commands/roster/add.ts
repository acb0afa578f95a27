import { putEntry, ROSTER_KIND, type RosterDocument, type RosterEntry, reviseRoster } from '@montana/fleet/roster'
import { formatTime, UsageError } from '@montana/foundation'
import { Command } from 'commander'
import type { CliContext, GlobalOptions } from '../../context.js'
import { daysToMs, readDraft, writeDraft } from '../document/draft-file.js'

interface Flags extends GlobalOptions {
  label: string
  nodeId?: string
  wgPub?: string
  tunnelIp?: string
  endpoint?: string | false
  validFrom?: string
  keyDays: string
  validDays: string
}

export function addCommand(context: CliContext): Command {
  return new Command('add')
    .description(
      'authorise the key of a host, or change its entry; another key of the host ends where the new one begins. A signed roster becomes the draft of its next version',
    )
    .argument('<file>', 'the roster')
    .requiredOption('--label <LABEL>', 'the host')
    .option('--node-id <HEX>', 'its node (needed for a new host)')
    .option('--wg-pub <BASE64>', 'its public key, as montana vpn keygen printed it (needed for a new host)')
    .option('--tunnel-ip <IP/32>', 'its address inside the tunnel, /32 or /128 (needed for a new host)')
    .option('--endpoint <ADDRESS:PORT>', 'where it is reached from outside')
    .option('--no-endpoint', 'it cannot be reached from outside and is the one who begins')
    .option(
      '--valid-from <TIME>',
      'when the key begins to be authorised, such as 2026-05-01T12:00:00.000Z (default: now)',
    )
    .option('--key-days <N>', 'for how long the key is authorised', '366')
    .option('--valid-days <N>', 'how long the roster may be accepted and applied', '90')
    .action(async (file: string, _: unknown, self: Command) => {
      const flags = self.optsWithGlobals<Flags>()
      const before = await readDraft(file, ROSTER_KIND)
      const nowMs = Date.now()
      const entry = entryOf(before, flags, nowMs)
      const issue = { issuedAtMs: nowMs, validMs: daysToMs(flags.validDays) }
      const next = reviseRoster(before, putEntry(before.entries, entry), issue)
      await writeDraft(file, ROSTER_KIND, next)
      report(context, file, next, flags.json === true)
    })
}

export function report(context: CliContext, file: string, { version, entries }: RosterDocument, isJson: boolean): void {
  const active = entries.filter(({ state }) => state === 'active').map(({ label }) => label)
  if (isJson) return context.json({ file, version, active, revoked: entries.length - active.length })
  context.out(`${file}: version ${version}, not signed yet; ${active.length} active keys of ${entries.length}`)
}

/** What the flags say, over the newest entry of that host. Its form is judged when the roster is written. */
function entryOf({ entries }: RosterDocument, flags: Flags, nowMs: number): RosterEntry {
  const known = entries.findLast(({ label }) => label === flags.label)
  const beginsMs = flags.validFrom === undefined ? nowMs : Date.parse(flags.validFrom)
  const isSameKey = flags.wgPub === undefined || flags.wgPub === known?.wg_pub
  const validFrom = known && isSameKey && flags.validFrom === undefined ? known.valid_from : timeOf(beginsMs)
  return {
    node_id: flags.nodeId ?? known?.node_id ?? missing('node-id', flags),
    label: flags.label,
    wg_pub: flags.wgPub ?? keyOf(known, flags),
    tunnel_ip: flags.tunnelIp ?? known?.tunnel_ip ?? missing('tunnel-ip', flags),
    endpoint: flags.endpoint === false ? null : (flags.endpoint ?? known?.endpoint ?? null),
    valid_from: validFrom,
    valid_to: timeOf(beginsMs + daysToMs(flags.keyDays, 'key-days')),
    state: 'active',
    sig_node: null,
  }
}

/** A key that was revoked comes back only where somebody names it. */
function keyOf(known: RosterEntry | undefined, flags: Flags): string {
  if (known?.state !== 'revoked') return known?.wg_pub ?? missing('wg-pub', flags)
  const message = `--wg-pub is missing: the key of ${flags.label} is revoked`
  const remedy = 'let the host make another one with montana vpn keygen'
  throw new UsageError(message, { field: 'wg-pub', remedy })
}

function timeOf(ms: number): string {
  if (Number.isFinite(ms)) return formatTime(ms)
  throw new UsageError('--valid-from is not a time', { field: 'valid-from', remedy: 'write 2026-05-01T12:00:00.000Z' })
}

function missing(field: string, { label }: Flags): never {
  throw new UsageError(`--${field} is missing: ${label} is not in the roster yet`, { field })
}
