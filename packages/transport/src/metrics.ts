import type { MetricsRegistry } from '@montana/foundation'

/** Handshakes take one network round trip and a few ms of signing: 5 ms is a loopback, 10 s the deadline. */
const HANDSHAKE_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

export type TransportMetrics = ReturnType<typeof createTransportMetrics>

/** All metrics of this package: spec transport 19. */
export function createTransportMetrics(registry: MetricsRegistry) {
  return {
    handshakes: registry.counter<'direction' | 'suite' | 'result'>({
      name: 'montana_handshakes_total',
      help: 'Handshakes by result: ok or the error code',
      labels: ['direction', 'suite', 'result'],
    }),
    handshakeSeconds: registry.histogram<'direction' | 'suite'>({
      name: 'montana_handshake_seconds',
      help: 'Time of a successful handshake',
      labels: ['direction', 'suite'],
      buckets: HANDSHAKE_BUCKETS_S,
    }),
    handshakesInProgress: inProgress(registry),
    handshakesRefused: registry.counter<'lane' | 'reason'>({
      name: 'montana_handshake_refused_total',
      help: 'Inbound connections refused before their handshake ended, by lane and limit',
      labels: ['lane', 'reason'],
    }),
    permits: registry.counter<'lane'>({
      name: 'montana_handshake_permits_total',
      help: 'Rights to a signature given to inbound handshakes',
      labels: ['lane'],
    }),
    signatures: registry.counter<'lane'>({
      name: 'montana_handshake_signatures_total',
      help: 'Signatures begun in handshakes; lane is manifest or stranger for inbound ones, else outbound',
      labels: ['lane'],
    }),
    frames: registry.counter<'direction' | 'suite'>({
      name: 'montana_frames_total',
      help: 'Encrypted frames',
      labels: ['direction', 'suite'],
    }),
    frameBytes: registry.counter<'direction' | 'suite'>({
      name: 'montana_frame_bytes_total',
      help: 'Bytes of encrypted frames, prefix and tag included',
      labels: ['direction', 'suite'],
    }),
    frameErrors: registry.counter<'code'>({
      name: 'montana_frame_errors_total',
      help: 'Frames that closed their connection',
      labels: ['code'],
    }),
    rekeys: registry.counter<'direction'>({
      name: 'montana_rekeys_total',
      help: 'Ends of an epoch of frame keys on hybrid connections',
      labels: ['direction'],
    }),
  }
}

/** One gauge for the encrypters of all profiles, which therefore add to it instead of setting it. */
function inProgress(registry: MetricsRegistry) {
  const gauge = registry.gauge<'direction'>({
    name: 'montana_handshakes_in_progress',
    help: 'Handshakes that have begun and not ended',
    labels: ['direction'],
  })
  const open = { inbound: 0, outbound: 0 }
  return {
    add(direction: keyof typeof open, change: number): void {
      open[direction] += change
      gauge.set({ direction }, open[direction])
    },
  }
}
