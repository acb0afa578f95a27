import type { VerifiedDocument } from '@montana/fleet'
import { nextChangeMs, type OwnKeys, type RosterDocument, requireOwn } from '@montana/fleet/roster'
import { formatTime, sleep, systemTime, type TimeSource } from '@montana/foundation'
import { type Applied, applyConfig } from './apply.js'
import { VpnError } from './errors.js'
import { nextKeyPath, promoteNextKey } from './key/file.js'
import { type KeyRing, pickKey, readKeyRing } from './key/ring.js'
import { entriesInForce, hasEnded, planConfig } from './plan.js'
import type { VpnSettings } from './settings.js'
import { readState, type VpnState, writeState } from './state.js'
import { createWgInterface, type WgInterface } from './wg/program.js'
import { wantedDigest } from './wg/render.js'

/** Where the roster comes from. */
export interface RosterFeed {
  /**
   * Asks the sources and takes what is better than the roster in force, if this host may (`checkHere` throws otherwise).
   * Sources that are down and documents that are refused change nothing.
   */
  pull(checkHere: (document: RosterDocument) => void, signal: AbortSignal): Promise<void>
  /** The roster in force; null: there was never one. */
  readonly current: VerifiedDocument<RosterDocument> | null
}

export interface SyncModules {
  readonly feed: RosterFeed
  readonly time?: TimeSource
  readonly wg?: WgInterface
}

export interface SyncOutcome extends Applied {
  readonly version: number
  readonly sha256: string
  readonly notAfter: string
  /** Labels of the hosts that are authorised. */
  readonly peers: readonly string[]
  /** The roster has ended, so that nobody is. */
  readonly isExpired: boolean
  /** The key of this host is another than before this run. */
  readonly isKeyRotated: boolean
  /** When the set of peers changes by itself; wall clock. */
  readonly nextChangeMs: number | null
}

/**
 * One run of the job: pull, plan, apply, publish. A change by validity that comes before the next run is waited for, and
 * made at its instant; `onOutcome` hears of each application. Spec operations 12.2.
 */
export async function syncVpn(
  settings: VpnSettings,
  modules: SyncModules,
  signal: AbortSignal,
  onOutcome: (outcome: SyncOutcome) => void = () => {},
): Promise<SyncOutcome> {
  const { time = systemTime } = modules
  const ring = await readKeyRing(settings.privateKey)
  const own = ownKeys(settings, ring)
  await modules.feed.pull((document) => requireOwn(document, own, time.wallMs()), signal)
  let outcome = await applyRoster(settings, modules, signal)
  onOutcome(outcome)
  for (let waitMs = heldMs(outcome, settings, time); waitMs !== null; waitMs = heldMs(outcome, settings, time)) {
    await sleep(waitMs, signal)
    outcome = await applyRoster(settings, modules, signal)
    onOutcome(outcome)
  }
  return outcome
}

function heldMs({ nextChangeMs }: SyncOutcome, { holdMs }: VpnSettings, time: TimeSource): number | null {
  if (nextChangeMs === null) return null
  const waitMs = Math.max(0, nextChangeMs - time.wallMs())
  return waitMs < holdMs ? waitMs : null
}

/** The roster in force onto the interface, as of now. */
async function applyRoster(settings: VpnSettings, modules: SyncModules, signal: AbortSignal): Promise<SyncOutcome> {
  const { time = systemTime, wg = createWgInterface(settings.interface, settings.wg) } = modules
  const { current } = modules.feed
  if (!current) throw noRoster()
  const nowMs = time.wallMs()
  const ring = await readKeyRing(settings.privateKey)
  const input = { roster: current.document, own: ownKeys(settings, ring), listenPort: settings.port, nowMs }
  const isExpired = hasEnded(input.roster, nowMs)
  // The roster in force was for the key of this host when it was taken; somebody may have changed the key since.
  if (!isExpired) requireOwn(input.roster, input.own, nowMs)
  const wanted = planConfig(input)
  const key = pickKey(ring, wanted.publicKey)
  const before = await readState(settings.statePath)
  const isAppliedLast = before?.config_sha256 === wantedDigest(wanted)
  const applied = await applyConfig({ wanted, key, workDir: settings.workDir, isAppliedLast }, wg, signal)
  const isKeyRotated = key.path === nextKeyPath(settings.privateKey)
  if (isKeyRotated) await promoteNextKey(settings.privateKey)
  const peers = entriesInForce(input).map(({ label }) => label)
  const { version, not_after: notAfter } = input.roster
  await writeState(settings.statePath, {
    ...{ schema: 'montana.vpn-state/1', interface: settings.interface, label: settings.label },
    ...{ roster: { version, sha256: current.sha256, not_after: notAfter }, config_sha256: wantedDigest(wanted) },
    ...{ public_key: wanted.publicKey, peers },
    ...timesOf(applied, before, nowMs),
  })
  const next = nextChangeMs(input.roster, nowMs)
  return { ...applied, version, sha256: current.sha256, notAfter, peers, isExpired, isKeyRotated, nextChangeMs: next }
}

function timesOf({ isChanged }: Applied, before: VpnState | null, nowMs: number) {
  const now = formatTime(nowMs)
  return { changed_at: isChanged ? now : (before?.changed_at ?? null), applied_at: now }
}

function ownKeys({ label }: VpnSettings, { publicKeys }: KeyRing): OwnKeys {
  return { label, publicKeys }
}

function noRoster(): VpnError {
  const remedy = 'see why the sources of vpn.sources gave none'
  return new VpnError('VPN_NO_ROSTER', 'no roster was ever accepted here', { field: 'vpn.sources', remedy })
}
