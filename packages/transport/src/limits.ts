/** One kind of request: its payload bounds, its token bucket and how many may be open at once, per peer. */
export interface RequestLimit {
  readonly minBytes: number
  readonly maxBytes: number
  readonly perSecond: number
  readonly burst: number
  readonly inFlight: number
}

/** A request of the extension protocol also bounds its answer and its time. */
export interface ExtLimit extends RequestLimit {
  readonly maxAnswerBytes: number
  readonly timeoutMs: number
}

const KIB = 1024
const MIB = 1024 * KIB

/** An acknowledgement is an empty answer: spec protocol 14. */
const ACK_BYTES = 0
/** Spec transport 14.1. */
const SYNC_MS = 15_000
const CONSENSUS_MS = 10_000

const EXT_LIMITS: ReadonlyMap<number, ExtLimit> = new Map([
  [0x80, extLimit({ payload: [125, 189], answer: 189, perSecond: 0.2, burst: 3, inFlight: 1, timeoutMs: 5_000 })],
  [0x82, extLimit({ payload: 12, answer: 262_144, perSecond: 1, burst: 4, inFlight: 1, timeoutMs: SYNC_MS })],
  [0x84, extLimit({ payload: 14, answer: MIB, perSecond: 4, burst: 8, inFlight: 2, timeoutMs: SYNC_MS })],
  [0x86, extLimit({ payload: 8, answer: 265_894, perSecond: 0.1, burst: 3, inFlight: 1, timeoutMs: SYNC_MS })],
  [0x88, extLimit({ payload: 14, answer: 512 * KIB, perSecond: 16, burst: 32, inFlight: 4, timeoutMs: SYNC_MS })],
  /** A header of 3722 bytes and two counts at least, as of a cemented envelope: spec protocol 9.2. */
  [0x8a, extLimit({ payload: [3726, 1_048_560], answer: ACK_BYTES, perSecond: 2, burst: 8, inFlight: 2 })],
  [0x8c, extLimit({ payload: 3385, answer: ACK_BYTES, perSecond: 10, burst: 40, inFlight: 4 })],
  [0x8e, extLimit({ payload: 3384, answer: ACK_BYTES, perSecond: 50, burst: 200, inFlight: 16 })],
  [0x90, extLimit({ payload: 14, answer: MIB, perSecond: 4, burst: 8, inFlight: 2 })],
  [0x92, extLimit({ payload: 45, answer: MIB, perSecond: 16, burst: 32, inFlight: 4 })],
  [0x94, extLimit({ payload: 32, answer: 1_048_548, perSecond: 0.1, burst: 3, inFlight: 1 })],
  [0x96, extLimit({ payload: 33, answer: MIB, perSecond: 4, burst: 8, inFlight: 2 })],
  [0x98, extLimit({ payload: 10, answer: MIB, perSecond: 2, burst: 8, inFlight: 1 })],
  /** The smallest pair is two votes of 3384 bytes: kind, two lengths and the votes. */
  [0x9a, extLimit({ payload: [6777, 65_536], answer: ACK_BYTES, perSecond: 0.1, burst: 3, inFlight: 1 })],
  [0x9c, extLimit({ payload: 41, answer: 12_358, perSecond: 10, burst: 40, inFlight: 4 })],
])

interface ExtRow extends Omit<ExtLimit, 'minBytes' | 'maxBytes' | 'maxAnswerBytes' | 'timeoutMs'> {
  /** The only size, or the smallest and the largest. */
  readonly payload: number | readonly [number, number]
  /** The largest answer. */
  readonly answer: number
  readonly timeoutMs?: number
}

function extLimit({ payload, answer, timeoutMs = CONSENSUS_MS, ...rates }: ExtRow): ExtLimit {
  const [minBytes, maxBytes] = typeof payload === 'number' ? [payload, payload] : payload
  return { minBytes, maxBytes, maxAnswerBytes: answer, timeoutMs, ...rates }
}

/**
 * Every number of spec transport 10 to 17 that is in use, in one place: a test or a small network scales it here and
 * nowhere else.
 */
export const LIMITS = {
  /** Spec transport 10.2, gate 5. */
  handshake: {
    totalMs: 10_000,
    messageMs: 5_000,
    /**
     * What may wait unread on the raw connection. Twice yamux' initial window per stream, for the peers that push
     * stream data right behind message 3; the handshake itself consumes less than 10 KiB.
     */
    readBufferBytes: 512 * KIB,
    /**
     * Of the outer Noise messages of one direction, prefixes included; ours are some 300 bytes. With the inner messages,
     * each checked against its own bound, a direction stays below the 16 384 bytes of 10.2.
     */
    outerBytes: 4 * KIB,
    /**
     * Outer frames before the inner handshake has proven the remote. An honest one needs two, and one for each write of
     * what it sends behind them; each costs a decryption on the main thread.
     */
    unprovenFrames: 64,
  },
  /** Spec transport 10. */
  admission: {
    /** Sources remembered per table. */
    tableEntries: 8192,
    /** Gate 1, handshakes at once. A quarter of the places is kept for the manifest lane; no special reason for the figure. */
    pending: { total: 64, strangers: 48, perIp: 8 },
    /** Gate 1, new connections of strangers. */
    strangerAccepts: { ip: { perSecond: 10, burst: 10 }, all: { perSecond: 50, burst: 50 } },
    /** Gate 2, before a protocol is agreed. */
    negotiation: { bytes: 1024, lines: 8, ms: 3_000 },
    /** Gate 3. */
    permitWaitMs: 2_000,
    lanes: {
      stranger: {
        ip: { perSecond: 1, burst: 10 },
        all: { perSecond: 5, burst: 20 },
        permits: { lane: 4, perIp: 2 },
      },
      /** Several nodes may share an address. */
      manifest: {
        ip: { perSecond: 8, burst: 32 },
        all: { perSecond: 32, burst: 64 },
        permits: { lane: 8, perIp: 8 },
      },
    },
    strangersPerSecondOnNoble: 2,
    /** Failed handshakes from one address outside the manifest. */
    refusal: { failures: 5, withinMs: 60_000, refuseMs: 60_000, maxRefuseMs: 3_600_000 },
  },
  /**
   * Spec transport 8.2: after a downgrade. As many such peers are remembered as bans; who was asked for its Status has
   * as long to answer before it closes as a farewell has.
   */
  downgrade: { requireHybridMs: 3_600_000, peersKept: 4096, answerMs: 250 },
  /** Spec transport 11.2: thresholds of js-libp2p that are out of the way because section 10 is the real limit. */
  libp2p: {
    inboundPerSecondAndHost: 1000,
    pendingInbound: 64,
    addressDialMs: 10_000,
    dialMs: 10_000,
    inboundUpgradeMs: 10_000,
    baseStreams: 100,
    extStreams: 16,
    earlyStreams: 100,
  },
  /** Spec transport 12. */
  yamux: {
    streams: 256,
    initialWindowBytes: 256 * KIB,
    maxWindowBytes: 2 * MIB,
    readBufferBytes: 2 * MIB,
    keepAliveMs: 30_000,
    backlog: 1024,
  },
  /** Spec transport 13.1 and 14.1. */
  exchange: {
    maxPayloadBytes: MIB,
    requestMs: 10_000,
    handlersPerPeer: 32,
    extAnswersAtOnce: 8,
    /** Own requests open at one peer: two of its 16 streams (11.2) are left to what is just ending. */
    extAtOnce: 14,
    /** Of these for sync; votes, Propose and Draft find the rest. */
    extSyncAtOnce: 8,
    syncBytesPerSecond: 16 * MIB,
    /**
     * So many peers at once are each sure of an equal part of these bytes; as many as there are answers at once. Those within
     * their part are answered while what was lent to others is owed for no longer than this: eight of the largest answers
     * may be on their way when the bytes run out, half a second.
     */
    syncShares: 8,
    syncDebtMs: 1_000,
    /** Peers whose part is remembered. As many as bans. */
    syncPartsKept: 4096,
    /** What a busy node asks others to wait. No special reason for the figures; a peer at its own bound has more to finish. */
    busySyncRetryMs: 100,
    busyPeerRetryMs: 1_000,
    statusEveryMs: 30_000,
    statusFallbackMs: 5_000,
    /** The rate at which a peer takes 0x80. */
    statusRefreshMs: 5_000,
  },
  /** Spec transport 15. */
  heartbeat: {
    intervalMs: 5_000,
    timeoutMs: 4_000,
    unhealthyAfter: 3,
    closeAfter: 6,
    /** Round trips are summed up over this time; spec operations 2. */
    rttWindowMs: 300_000,
  },
  /** Spec transport 16.1. */
  redial: {
    firstSpreadMs: 1_000,
    baseMs: 1_000,
    maxMs: 60_000,
    resetAfterMs: 60_000,
  },
  /** Spec transport 16.3. */
  caps: {
    connections: 256,
    strangers: 32,
    connectionsPerIp: 32,
    connectionsPerPeer: 16,
    inboundBytesPerPeer: 16 * MIB,
    inboundBytes: 128 * MIB,
    inboundWaitMs: 5_000,
    queueMessages: 256,
    queueBytes: 8 * MIB,
    /** Of each type to one peer; as many as the smallest in-flight limit of the base protocol's broadcasts (0x22). */
    sendsAtOnce: 8,
  },
  /** Spec transport 16.3. */
  score: {
    rate: 5,
    /** A type whose rate was exceeded counts once in this time. */
    rateOnceMs: 10_000,
    malformed: 10,
    oversized: 20,
    unsolicited: 20,
    /** What the layer above reports: an object with an invalid signature, a forged header, wrong roots. */
    consensus: 20,
    /** What the layer above reports: an invalid proof or chunk. */
    proof: 30,
    decayPerMinute: 10,
    /** From here on not asked for windows. */
    noSync: 50,
    ban: 100,
    banMs: 600_000,
    maxBanMs: 86_400_000,
    maxManifestBanMs: 60_000,
    bansKept: 4096,
  },
  /** A clean stop must end within a second whatever peers do: first the farewell, then the sockets. No special reason for the split. */
  stop: { farewellMs: 250, closeMs: 500 },
  /** Spec transport 17: inbound requests on the base protocol, by message type. */
  base: new Map<number, RequestLimit>([
    [0xf0, { minBytes: 0, maxBytes: 0, perSecond: 5, burst: 20, inFlight: 4 }],
    [0xf1, { minBytes: 0, maxBytes: 0, perSecond: 5, burst: 20, inFlight: 4 }],
    [0x20, { minBytes: 3385, maxBytes: 19_769, perSecond: 50, burst: 200, inFlight: 16 }],
    [0x21, { minBytes: 3381, maxBytes: 3381, perSecond: 50, burst: 200, inFlight: 16 }],
    [0x22, { minBytes: 3722, maxBytes: 1_048_560, perSecond: 20, burst: 40, inFlight: 8 }],
    [0x40, { minBytes: 16, maxBytes: 16, perSecond: 0.2, burst: 3, inFlight: 1 }],
    [0x41, { minBytes: 21, maxBytes: 131_072, perSecond: 100, burst: 400, inFlight: 32 }],
    ...[0x01, 0x03, 0x04].map((type): [number, RequestLimit] => [
      type,
      { minBytes: 1, maxBytes: 16_384, perSecond: 10, burst: 40, inFlight: 4 },
    ]),
    /** Of one size only: spec protocol D.1. */
    [0x10, { minBytes: 5344, maxBytes: 5344, perSecond: 10, burst: 40, inFlight: 4 }],
    [0x42, { minBytes: 2, maxBytes: 257, perSecond: 1, burst: 4, inFlight: 1 }],
    ...[0x60, 0x61, 0x62, 0x63, 0x64, 0x65].map((type): [number, RequestLimit] => [
      type,
      { minBytes: 0, maxBytes: 4096, perSecond: 1, burst: 4, inFlight: 1 },
    ]),
    [0x50, { minBytes: 2, maxBytes: 2, perSecond: 0.1, burst: 2, inFlight: 1 }],
    [0x51, { minBytes: 2, maxBytes: 15_106, perSecond: 0.1, burst: 2, inFlight: 1 }],
    [0xff, { minBytes: 1, maxBytes: 1, perSecond: 0.1, burst: 2, inFlight: 1 }],
  ]) as ReadonlyMap<number, RequestLimit>,
  /** Spec transport 14.1, protocol 14.1 and D.2: requests of the extension protocol that this node speaks. */
  ext: EXT_LIMITS,
  /** An Error answer: code, retry_after_ms, length, at most 128 bytes of text. Spec transport 14.1. */
  extErrorBytes: 134,
}

export type Limits = typeof LIMITS
