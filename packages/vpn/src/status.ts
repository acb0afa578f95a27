import {
  type DocumentState,
  DocumentStore,
  type JobRecord,
  readJobRecord,
  sharedFiles,
  stateByDates,
  type VerifiedDocument,
  type VerifyModules,
} from '@montana/fleet'
import { isInForce, ROSTER_KIND, type RosterDocument, type RosterEntry } from '@montana/fleet/roster'
import { formatTime, systemTime } from '@montana/foundation'
import type { ApplyModules } from './apply-roster.js'
import { JOB, ROSTER_NAME } from './constants.js'
import { hasEnded } from './plan.js'
import type { VpnSettings } from './settings.js'
import { readState, type VpnState } from './state.js'
import { createWgInterface } from './wg/program.js'
import type { ActualConfig, ActualPeer } from './wg/types.js'

/** A host as the roster and the interface see it. */
export interface PeerStatus {
  /** Null: the interface has a peer that the roster does not know. */
  readonly label: string | null
  readonly publicKey: string
  readonly tunnelIp: string | null
  /** By the roster, now. */
  readonly isAuthorised: boolean
  /** On the interface. */
  readonly isApplied: boolean
  readonly latestHandshake: string | null
  readonly rxBytes: number
  readonly txBytes: number
}

export interface VpnStatus {
  readonly label: string
  readonly interface: string
  readonly isUp: boolean
  readonly publicKey: string | null
  readonly roster: {
    readonly version: number
    readonly sha256: string
    readonly notAfter: string
    readonly state: DocumentState
  } | null
  readonly job: Pick<JobRecord, 'last_success' | 'last_attempt' | 'code' | 'degraded'> | null
  readonly applied: VpnState | null
  readonly peers: readonly PeerStatus[]
}

/**
 * Reads only; never opens a private key. The roster is shown as it lies there: what is applied was verified before.
 * Throws VpnError WG_DENIED where this user may not see the interface.
 */
export async function readVpnStatus(
  settings: VpnSettings,
  verify: VerifyModules,
  modules: ApplyModules,
  signal: AbortSignal,
): Promise<VpnStatus> {
  const { stateDir, label, statePath } = settings
  const { time = systemTime, wg = createWgInterface(settings.interface, settings.wg) } = modules
  const open = { kind: ROSTER_KIND, stateDir, modules: verify, files: sharedFiles(ROSTER_NAME), onUnusable: () => {} }
  const { current } = await DocumentStore.open(open)
  const actual = await wg.read(signal).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === 'WG_INTERFACE') return null
    throw error
  })
  const nowMs = time.wallMs()
  return {
    ...{ label, interface: settings.interface, isUp: actual !== null, publicKey: actual?.publicKey ?? null },
    roster: current && rosterFacts(current, nowMs),
    job: await readJobRecord(stateDir, JOB),
    applied: await readState(statePath),
    peers: peersOf(current?.document, actual, { label, nowMs }),
  }
}

function rosterFacts({ document, sha256 }: VerifiedDocument<RosterDocument>, nowMs: number): VpnStatus['roster'] {
  return { version: document.version, sha256, notAfter: document.not_after, state: stateByDates(document, nowMs) }
}

function peersOf(
  roster: RosterDocument | undefined,
  actual: ActualConfig | null,
  { label, nowMs }: { readonly label: string; readonly nowMs: number },
): PeerStatus[] {
  const others = roster?.entries.filter((entry) => entry.label !== label) ?? []
  const isEnded = roster === undefined || hasEnded(roster, nowMs)
  const present = new Map((actual?.peers ?? []).map((peer) => [peer.publicKey, peer]))
  const known = new Set(others.map(({ wg_pub }) => wg_pub))
  const strangers = [...present.values()].filter(({ publicKey }) => !known.has(publicKey))
  return [
    ...others.map((entry) => peerOf(entry, present.get(entry.wg_pub), !isEnded && isInForce(entry, nowMs))),
    ...strangers.map((peer) => peerOf(undefined, peer, false)),
  ]
}

function peerOf(entry: RosterEntry | undefined, peer: ActualPeer | undefined, isAuthorised: boolean): PeerStatus {
  const handshakeMs = peer?.latestHandshakeMs ?? null
  return {
    label: entry?.label ?? null,
    publicKey: entry?.wg_pub ?? peer?.publicKey ?? '',
    tunnelIp: entry?.tunnel_ip ?? peer?.allowedIps[0] ?? null,
    isAuthorised,
    isApplied: peer !== undefined,
    latestHandshake: handshakeMs === null ? null : formatTime(handshakeMs),
    rxBytes: peer?.rxBytes ?? 0,
    txBytes: peer?.txBytes ?? 0,
  }
}
