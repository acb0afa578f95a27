import { createSignatureVerifier } from '@montana/crypto'
import { type PeerStatus, readVpnStatus, type VpnStatus } from '@montana/vpn'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { createPaint, type Paint } from '../../paint.js'
import { formatTable, labelled } from '../../table.js'
import { withBackend } from '../document/draft-file.js'
import { addVpnFlags, readTrust, type VpnFlags, vpnConfiguration } from './settings.js'

const HEADER = ['host', 'tunnel address', 'state', 'handshake', 'received', 'sent']
const MS_PER_S = 1000

/** Reads only; exit 0 whatever it finds. */
export function statusCommand(context: CliContext): Command {
  const command = new Command('status').description('what the roster says, and what the interface has; changes nothing')
  return addVpnFlags(command).action(async (_: unknown, self: Command) => {
    const flags = self.optsWithGlobals<VpnFlags>()
    const { settings, fleet } = await vpnConfiguration(context, flags)
    const trust = await readTrust(fleet)
    const status = await withBackend(async (backend) => {
      const verify = { trust, verify: createSignatureVerifier(backend) }
      return await readVpnStatus(settings, verify, {}, context.signal)
    })
    if (flags.json) return context.json(statusJson(status))
    context.out(statusText(status, createPaint(context.isTerminal && flags.color !== false), Date.now()))
  })
}

function statusJson({ job, applied, ...rest }: VpnStatus) {
  return {
    ...rest,
    job: job && {
      lastSuccess: job.last_success,
      lastAttempt: job.last_attempt,
      code: job.code,
      degraded: job.degraded,
    },
    applied: applied && {
      version: applied.roster.version,
      sha256: applied.roster.sha256,
      peers: applied.peers,
      changedAt: applied.changed_at,
      appliedAt: applied.applied_at,
    },
  }
}

function statusText(status: VpnStatus, paint: Paint, nowMs: number): string {
  const { label, roster, job, isUp, peers } = status
  const state = roster && (roster.state === 'valid' ? paint.green(roster.state) : paint.red(roster.state))
  return [
    labelled('host', label),
    labelled('interface', `${status.interface} ${isUp ? paint.green('up') : paint.red('down')}`),
    labelled('public key', status.publicKey ?? 'none'),
    labelled(
      'roster',
      roster ? `version ${roster.version}, ${state}, until ${roster.notAfter}` : 'none was accepted yet',
    ),
    labelled('last success', job?.last_success ?? 'never'),
    labelled('last attempt', job ? `${job.last_attempt} ${job.code}` : 'never'),
    ...(peers.length === 0
      ? []
      : [
          '',
          formatTable(
            HEADER,
            peers.map((peer) => peerRow(peer, nowMs)),
          ),
        ]),
  ].join('\n')
}

function peerRow(peer: PeerStatus, nowMs: number): (string | number)[] {
  const { label, tunnelIp, latestHandshake, rxBytes, txBytes } = peer
  const seconds = latestHandshake === null ? null : Math.round((nowMs - Date.parse(latestHandshake)) / MS_PER_S)
  const handshake = seconds === null ? 'never' : `${seconds} s ago`
  return [label ?? 'a stranger', tunnelIp ?? '-', peerState(peer), handshake, rxBytes, txBytes]
}

function peerState({ isAuthorised, isApplied }: PeerStatus): string {
  if (isAuthorised) return isApplied ? 'authorised' : 'authorised, not applied yet'
  return isApplied ? 'not authorised, still applied' : 'not authorised'
}
