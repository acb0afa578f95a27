/** Message types of `/montana/1.0.0`: spec protocol D.1. */
export const BASE_TYPE = {
  transfer: 0x01,
  changeKey: 0x03,
  anchor: 0x04,
  nodeRegistration: 0x10,
  bundledConfirmation: 0x20,
  vdfReveal: 0x21,
  proposal: 0x22,
  fastSyncRequest: 0x40,
  fastSyncResponse: 0x41,
  fastSyncError: 0x42,
  peerListRequest: 0x50,
  peerListResponse: 0x51,
  batchLookupRequest: 0x60,
  batchLookupResponse: 0x61,
  batchLookupError: 0x62,
  rangeSubscribeRequest: 0x63,
  rangeSubscribeResponse: 0x64,
  rangeSubscribeError: 0x65,
  ping: 0xf0,
  pong: 0xf1,
  bye: 0xff,
} as const

/** Message types of `/montana/ext/1.0.0` that this node speaks: spec transport 14.1, protocol 14.1. Answer = request + 1. */
export const EXT_TYPE = {
  status: 0x80,
  timechainProof: 0x82,
  envelopeRange: 0x84,
  snapshotManifest: 0x86,
  snapshotChunk: 0x88,
  draft: 0x8a,
  propose: 0x8c,
  cementVote: 0x8e,
  certificate: 0x90,
  rangeChunk: 0x92,
  candidateProof: 0x94,
  object: 0x96,
  voteSet: 0x98,
  evidence: 0x9a,
  recordProof: 0x9c,
  error: 0x9f,
} as const

/** Even codes that the protocol assigns to a request, spoken here or not: spec protocol D.2. */
const ASSIGNED_EXT_REQUESTS = new Set([
  0x80, 0x82, 0x84, 0x86, 0x88, 0x8a, 0x8c, 0x8e, 0x90, 0x92, 0x94, 0x96, 0x98, 0x9a, 0x9c,
])

/** What decides a window now: not subject to the bounds of sync answers. Spec protocol 14. */
const LIVE_CONSENSUS: ReadonlySet<number> = new Set([EXT_TYPE.draft, EXT_TYPE.propose, EXT_TYPE.cementVote])

const BASE_TYPES: ReadonlySet<number> = new Set(Object.values(BASE_TYPE))

/** What a base peer is not sent: spec protocol D.1. */
export function isForOwnPeers(type: number): boolean {
  return type === BASE_TYPE.nodeRegistration
}

export function isBaseType(type: number): boolean {
  return BASE_TYPES.has(type)
}

export function isExtType(type: number): boolean {
  return type >= 0x80 && type <= 0x9f
}

export function isAssignedExtRequest(type: number): boolean {
  return ASSIGNED_EXT_REQUESTS.has(type)
}

export function isLiveConsensus(type: number): boolean {
  return LIVE_CONSENSUS.has(type)
}

/** What of a base peer's traffic is handed up; the rest is acknowledged and forgotten: spec transport 13.2, 17. */
const DELIVERED: ReadonlySet<number> = new Set([
  BASE_TYPE.transfer,
  BASE_TYPE.changeKey,
  BASE_TYPE.anchor,
  BASE_TYPE.nodeRegistration,
  BASE_TYPE.bundledConfirmation,
  BASE_TYPE.vdfReveal,
  BASE_TYPE.proposal,
  BASE_TYPE.fastSyncRequest,
])

export function isDelivered(type: number): boolean {
  return DELIVERED.has(type)
}

/** `0x22`, the form in which types appear in logs and metrics. */
export function typeName(type: number): string {
  return `0x${type.toString(16).padStart(2, '0')}`
}
