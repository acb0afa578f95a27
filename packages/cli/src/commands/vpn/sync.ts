import { createSignatureVerifier } from '@montana/crypto'
import { parseSource } from '@montana/fleet'
import { ConfigError, MontanaError } from '@montana/foundation'
import {
  MIN_SOURCES,
  ROSTER_NAME,
  type RosterApplied,
  syncVpn,
  type VpnSettings,
  type VpnSyncResult,
} from '@montana/vpn'
import { Command } from 'commander'
import type { CliContext } from '../../context.js'
import { withBackend } from '../document/draft-file.js'
import { addVpnFlags, readTrust, type VpnFlags, vpnConfiguration } from './settings.js'

/** Spec operations 12.2: exit 0 for a new or the same roster that is applied, 1 otherwise. */
export function syncCommand(context: CliContext): Command {
  const command = new Command('sync')
    .description('make the peers of the interface those of the signed roster, if they are not; run every 5 min')
    .option('--source <SOURCE...>', 'at least two of /path, https://…, http://127.0.0.1…, status:URL of a node')
    .option('--no-hold', 'do not wait for a change by validity that comes before the next run')
  return addVpnFlags(command).action(async (_: unknown, self: Command) => {
    const flags = self.optsWithGlobals<VpnFlags & { hold: boolean }>()
    const { settings, fleet } = await vpnConfiguration(context, flags)
    const sources = sourcesOf(settings)
    const trust = await readTrust(fleet)
    const onApplied = (applied: RosterApplied) => {
      if (!flags.json) context.out(appliedLine(settings.interface, applied))
    }
    const result = await withBackend(async (backend) => {
      const verify = { trust, verify: createSignatureVerifier(backend) }
      const held = flags.hold ? settings : { ...settings, holdMs: 0 }
      return await syncVpn(held, { sources, verify, onApplied }, context.signal)
    })
    if (result.pull.outcome === 'none') throw stale(result)
    report(context, result, flags.json === true)
  })
}

function sourcesOf({ sources }: VpnSettings) {
  const distinct = [...new Set(sources)]
  if (distinct.length >= MIN_SOURCES) return distinct.map((source) => parseSource(source, ROSTER_NAME))
  throw new ConfigError(`${distinct.length} sources of the roster are configured, at least ${MIN_SOURCES} are needed`, {
    code: 'SOURCES_TOO_FEW',
    field: 'vpn.sources',
    remedy: 'one source alone could withhold every new version without anybody noticing',
  })
}

function appliedLine(name: string, { version, peers, isChanged, isKeyRotated, difference }: RosterApplied): string {
  const { add, remove, change, interface: fields } = difference
  const counts = [`${add.length} added`, `${remove.length} removed`, `${change.length} changed`]
  const what = isChanged ? [...counts, ...fields.map((field) => `${field} set`)].join(', ') : 'nothing to do'
  return `${name}: roster version ${version}, ${peers.length} peers; ${what}${isKeyRotated ? '; new key in use' : ''}`
}

/** The last good roster is applied, and people must hear that nothing newer was to be had. */
function stale({ pull, applied }: VpnSyncResult): MontanaError {
  const details = pull.sources.map(({ source, code, message }) => `${source}: ${message ?? code}`).join('; ')
  const message = `no source has a valid roster (${details}); version ${applied.version} is applied until ${applied.notAfter}`
  return new MontanaError(pull.code, message, {
    remedy: 'look at the sources, or ask the operators for a new version',
    metadata: { sources: pull.sources },
  })
}

function report(context: CliContext, { pull, applied }: VpnSyncResult, isJson: boolean): void {
  const { outcome, answers, sources, record } = pull
  const state = record.document?.state ?? null
  if (isJson) {
    const { nextChangeMs, ...rest } = applied
    const nextChange = nextChangeMs === null ? null : new Date(nextChangeMs).toISOString()
    return context.json({ outcome, ...rest, nextChange, state, answers, degraded: record.degraded, sources })
  }
  for (const { source, code, message } of sources) {
    if (code !== 'OK') context.err(`${source}: ${code}${message === null ? '' : `, ${message}`}`)
  }
  if (state !== 'valid') context.err(`the roster in force is in the state ${state}`)
}
