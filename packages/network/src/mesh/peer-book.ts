import type { Limits } from '@montana/transport'
import { DepartedStandings } from '../limits/standing.js'
import { type Manifest, type ManifestMember, type ManifestPeer, manifestMembers } from '../manifest.js'
import { Peer } from '../peer/peer.js'
import { otherSnapshot, type PeerSnapshot, type StrangerSnapshot, snapshotOf, strangerOf } from '../peer/snapshot.js'

/** What another manifest changed. */
export interface PeerChanges {
  readonly added: readonly Peer[]
  /** Strangers from now on. */
  readonly removed: readonly Peer[]
  /** Labels that are no peer's any more. */
  readonly lostLabels: readonly string[]
}

/** The manifest's peers for as long as they are in it, strangers while they are connected; their standing for longer. */
export class PeerBook {
  readonly #ownPeerId: string
  readonly #limits: Limits
  #dialled: readonly ManifestPeer[] = []
  readonly #peers = new Map<string, Peer>()
  readonly #strangers = new Map<string, Peer>()
  /** What strangers that are gone have left in the sums. */
  #gone: PeerSnapshot | undefined
  readonly #departed: DepartedStandings

  constructor(manifest: Manifest, ownPeerId: string, limits: Limits) {
    this.#ownPeerId = ownPeerId
    this.#limits = limits
    this.#departed = new DepartedStandings(limits.score.bansKept)
    this.apply(manifest)
  }

  /** Another manifest is in force. A peer that is in both keeps all that is known of it. */
  apply(manifest: Manifest): PeerChanges {
    const before = new Map(this.#peers)
    const labels = [...before.values()].flatMap(({ label }) => label ?? [])
    const isOther = ({ peerId }: { peerId: string }) => peerId !== this.#ownPeerId
    this.#dialled = manifest.peers.filter(isOther)
    this.#peers.clear()
    for (const member of manifestMembers(manifest).filter(isOther)) this.#admit(member, before.get(member.peerId))
    for (const { peerId, code } of manifest.skipped) {
      const peer = this.#peers.get(peerId)
      if (peer !== undefined && !peer.isConnected) peer.awayCode = code
    }
    const removed = [...before.values()].filter(({ peerId }) => !this.#peers.has(peerId))
    for (const peer of removed) this.#dismiss(peer)
    const kept = new Set([...this.#peers.values()].map(({ label }) => label))
    return {
      added: [...this.#peers.values()].filter(({ peerId }) => !before.has(peerId)),
      removed,
      lostLabels: labels.filter((label) => !kept.has(label)),
    }
  }

  /** A stranger that is connected keeps its connections. */
  #admit(member: ManifestMember, known: Peer | undefined): void {
    const peer = known ?? this.#strangers.get(member.peerId) ?? new Peer(member, this.#limits)
    this.#strangers.delete(member.peerId)
    peer.describe(member)
    this.#peers.set(member.peerId, peer)
  }

  #dismiss(peer: Peer): void {
    peer.describe({ label: undefined, nodeIdHex: undefined })
    if (peer.isConnected) this.#strangers.set(peer.peerId, peer)
  }

  /** Those with an address. */
  get dialled(): readonly ManifestPeer[] {
    return this.#dialled
  }

  /** An identity belongs to the mesh whether or not its address is known: spec transport 10.2. */
  isInManifest(peerId: string): boolean {
    return this.#peers.has(peerId)
  }

  get(peerId: string): Peer | undefined {
    return this.#peers.get(peerId) ?? this.#strangers.get(peerId)
  }

  getOrAdd(peerId: string): Peer {
    const known = this.get(peerId)
    if (known !== undefined) return known
    const ref = { peerId, label: undefined, nodeIdHex: undefined }
    const stranger = new Peer(ref, this.#limits, this.#departed.take(peerId))
    this.#strangers.set(peerId, stranger)
    return stranger
  }

  /** Forgets a stranger without a connection, but not what it did. */
  releaseStranger(peer: Peer, nowMs: number): void {
    if (!this.#strangers.delete(peer.peerId)) return
    this.#gone = otherSnapshot([...(this.#gone === undefined ? [] : [this.#gone]), snapshotOf(peer, nowMs)])
    this.#departed.keep(peer.peerId, { gate: peer.gate, score: peer.score }, nowMs)
  }

  /** Open connections of peers that are not in the manifest. */
  get strangerConnections(): number {
    return [...this.#strangers.values()].reduce((sum, { links }) => sum + links.length, 0)
  }

  *connected(): Generator<Peer> {
    for (const peer of this.#peers.values()) if (peer.isConnected) yield peer
    for (const peer of this.#strangers.values()) if (peer.isConnected) yield peer
  }

  strangers(nowMs: number): StrangerSnapshot[] {
    return [...this.#strangers.values()].filter((peer) => peer.isConnected).map((peer) => strangerOf(peer, nowMs))
  }

  snapshots(nowMs: number): PeerSnapshot[] {
    const rows = [...this.#peers.values()].map((peer) => snapshotOf(peer, nowMs))
    const others = [...this.#strangers.values()].map((peer) => snapshotOf(peer, nowMs))
    if (this.#gone !== undefined) others.push({ ...this.#gone, score: this.#departed.points(nowMs) })
    return others.length === 0 ? rows : [...rows, otherSnapshot(others)]
  }
}
