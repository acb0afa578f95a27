import { errorMessage, isAbort, withTimeout } from '@montana/foundation'
import { isLie, SyncError } from '../errors.js'
import { peerFault, type SyncPeer } from '../peer.js'
import { type Anchor, decodeAnchor } from '../trust/anchor.js'
import type { TrustModules } from '../trust/signatures.js'
import { type KnownTable, type Pin, type Trust, trustAnchor } from '../trust/trust.js'

/** Three exchanges, one of which may have to wait its turn for ten seconds. */
const ANCHOR_MS = 60_000

export interface TrustedAnchor {
  readonly anchor: Anchor
  readonly trust: Trust
  /** Who sent it; undefined when it was staged by an earlier process. */
  readonly source: SyncPeer | undefined
}

export interface AnchorModules {
  readonly pin: Pin | undefined
  readonly known: readonly KnownTable[]
  readonly trust: TrustModules
  readonly signal: AbortSignal
  /** The own head, −1 where even an older state is better than the own one. An anchor at or below it is of no use. */
  readonly above: number
  /** Windows that were begun with and that nobody served to the end. */
  readonly avoid: ReadonlySet<number>
  onLie(peer: SyncPeer, window: number, detail: string): void
}

/**
 * The newest window that somebody serves and that is trusted. Peers are asked one after the other: one of them may leave
 * out a part of the evidence that another has. Throws the latest refusal, {@link SyncError}.
 */
export async function findAnchor(peers: readonly SyncPeer[], modules: AnchorModules): Promise<TrustedAnchor> {
  let refusal: unknown
  const lied = new Set<string>()
  for (const window of windowsOf(peers, modules)) {
    for (const peer of peers.filter((peer) => mayServe(peer, window) && !lied.has(peer.id))) {
      try {
        return await anchorFrom(peer, window, modules)
      } catch (error) {
        refusal = judge(error, peer, window, modules, lied) ?? refusal
      }
    }
  }
  throw refusal ?? unavailable(modules)
}

export function mayServe(peer: SyncPeer, window: number): boolean {
  return peer.status().snapshotWindow >= window
}

/**
 * A window beyond the pinned one says nothing about it: whoever has not got past the pin yet must go through it. Nothing is
 * held against a pin that the own state is beyond.
 */
export function passesOver(window: number, { pin, known }: Pick<AnchorModules, 'pin' | 'known'>): boolean {
  return pin !== undefined && window > pin.window && known.every((table) => table.window < pin.window)
}

/** The pinned one first; then what several announce before what one says alone, and the newest of each. */
function windowsOf(peers: readonly SyncPeer[], modules: AnchorModules): number[] {
  const { pin, above, avoid } = modules
  const isNew = (window: number) => window > Math.max(0, above) && !avoid.has(window)
  const isOfUse = (window: number) => isNew(window) && !passesOver(window, modules)
  const announced = peers.map((peer) => peer.status().snapshotWindow).filter(isOfUse)
  const votes = (window: number) => announced.filter((other) => other === window).length
  const windows = [...new Set(announced)].sort((a, b) => Number(votes(b) > 1) - Number(votes(a) > 1) || b - a)
  return pin && isNew(pin.window) ? [pin.window, ...windows.filter((window) => window !== pin.window)] : windows
}

async function anchorFrom(peer: SyncPeer, window: number, modules: AnchorModules): Promise<TrustedAnchor> {
  const bytes = await withTimeout(ANCHOR_MS, modules.signal, async (signal) => {
    const exchanges = [
      peer.manifest(window, signal),
      peer.envelope(window, signal),
      peer.certificate(window, signal),
    ] as const
    const [manifest, envelope, certificate] = await Promise.all(exchanges)
    return { manifest, envelope, certificate }
  })
  const anchor = decodeAnchor(bytes)
  return { anchor, trust: await trustAnchor(anchor, modules, modules.trust), source: peer }
}

/** The refusal, where it is one that the operator should read. */
function judge(
  error: unknown,
  peer: SyncPeer,
  window: number,
  modules: AnchorModules,
  lied: Set<string>,
): SyncError | undefined {
  if (modules.signal.aborted) throw error
  if (error instanceof SyncError && !isLie(error)) return error
  if (error instanceof SyncError || (!isAbort(error) && peerFault(error).kind === 'lied')) {
    lied.add(peer.id)
    modules.onLie(peer, window, errorMessage(error))
  }
  return error instanceof SyncError ? error : undefined
}

function unavailable({ pin, above }: AnchorModules): SyncError {
  const which = pin ? `window ${pin.window} or any other` : 'any window'
  const newer = above > 0 ? ` above the own head ${above}` : ''
  return new SyncError('SNAPSHOT_UNAVAILABLE', `no peer serves a snapshot of ${which}${newer}`, {
    field: 'snapshot',
    remedy: 'connect to more peers, or catch up by range',
  })
}
