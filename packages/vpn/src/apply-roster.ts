import type { VerifiedDocument } from '@montana/fleet'
import { nextChangeMs, type OwnKeys, ownEntry, type RosterDocument, requireOwn } from '@montana/fleet/roster'
import { formatTime, systemTime, type TimeSource } from '@montana/foundation'
import { type Applied, applyConfig } from './apply.js'
import { nextKeyPath, promoteNextKey } from './key/file.js'
import { type KeyRing, pickKey, readKeyRing } from './key/ring.js'
import { entriesInForce, hasEnded, type PlanInput, planConfig } from './plan.js'
import type { VpnSettings } from './settings.js'
import { readState, type VpnState, writeState } from './state.js'
import { wakePeers } from './wake.js'
import { createWgInterface, type WgInterface } from './wg/program.js'
import { wantedDigest } from './wg/render.js'
import type { WantedConfig } from './wg/types.js'

export interface ApplyModules {
  readonly time?: TimeSource
  readonly wg?: WgInterface
}

/** What a roster made of the interface. */
export interface RosterApplied extends Applied {
  readonly version: number
  readonly sha256: string
  readonly notAfter: string
  /** Labels of the hosts that are authorised. */
  readonly peers: readonly string[]
  /** The roster has ended, so that nobody is. */
  readonly isExpired: boolean
  /** The key of this host is another than before. */
  readonly isKeyRotated: boolean
  /** When the set of peers changes by itself; wall clock. */
  readonly nextChangeMs: number | null
}

/** The roster in force onto the interface, as of now. Throws VpnError, or DOC_INVALID where the key is not in it any more. */
export async function applyRoster(
  { document: roster, sha256 }: VerifiedDocument<RosterDocument>,
  settings: VpnSettings,
  { time = systemTime, wg = createWgInterface(settings.interface, settings.wg) }: ApplyModules,
  signal: AbortSignal,
): Promise<RosterApplied> {
  const nowMs = time.wallMs()
  const ring = await readKeyRing(settings.privateKey)
  const input = { roster, own: ownKeys(settings, ring), listenPort: settings.port, nowMs }
  const isExpired = hasEnded(roster, nowMs)
  // When it was taken it was for the key of this host; somebody may have changed the key since.
  if (!isExpired) requireOwn(roster, input.own, nowMs)
  const wanted = planConfig(input)
  const key = pickKey(ring, wanted.publicKey)
  const digest = wantedDigest(wanted)
  const before = await readState(settings.statePath)
  const isAppliedLast = before?.config_sha256 === digest
  const applied = await applyConfig({ wanted, key, workDir: settings.workDir, isAppliedLast }, wg, signal)
  await wakeChanged(input, wanted, applied)
  const isKeyRotated = key.path === nextKeyPath(settings.privateKey)
  if (isKeyRotated) await promoteNextKey(settings.privateKey)
  const peers = entriesInForce(input).map(({ label }) => label)
  const { version, not_after: notAfter } = roster
  await writeState(settings.statePath, {
    ...{ schema: 'montana.vpn-state/1', interface: settings.interface, label: settings.label },
    ...{ roster: { version, sha256, not_after: notAfter }, config_sha256: digest },
    ...{ public_key: wanted.publicKey, peers },
    ...timesOf(applied, before, nowMs),
  })
  return {
    ...{ ...applied, version, sha256, notAfter, peers, isExpired, isKeyRotated },
    nextChangeMs: nextChangeMs(roster, nowMs),
  }
}

/** Whoever is new to this host, or all where this host is new to them; the other family of addresses finds out itself. */
async function wakeChanged(input: PlanInput, wanted: WantedConfig, { difference }: Applied): Promise<void> {
  const own = ownEntry(input.roster, input.own, input.nowMs)?.tunnel_ip.split('/')[0]
  if (own === undefined) return
  const isNew = new Set([...difference.add, ...difference.change])
  const concerned = wanted.peers.filter(({ publicKey }) => difference.interface.length > 0 || isNew.has(publicKey))
  const addresses = concerned.flatMap(({ allowedIps }) => allowedIps.map((ip) => ip.split('/')[0] ?? ''))
  const isSameFamily = (address: string) => address.includes(':') === own.includes(':')
  await wakePeers(own, addresses.filter(isSameFamily))
}

export function ownKeys({ label }: Pick<VpnSettings, 'label'>, { publicKeys }: KeyRing): OwnKeys {
  return { label, publicKeys }
}

function timesOf({ isChanged }: Applied, before: VpnState | null, nowMs: number) {
  const now = formatTime(nowMs)
  return { changed_at: isChanged ? now : (before?.changed_at ?? null), applied_at: now }
}
