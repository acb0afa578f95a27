import type { Anchor } from '@montana/store'

/** How long a joiner may count on an anchor: spec protocol 15.3. */
const KEPT_MS = 30 * 60_000
/** Anchors that are kept however old they are: spec protocol 15.3. */
const KEPT_LATEST = 2
/** Bound on what a short interval, or a fast replay, may pile up in half an hour. */
const KEPT_MOST = 8

/** Whether the state after `window` is kept for peers; an interval of 0 keeps none. */
export function isAnchorWindow(window: number, interval: number): boolean {
  return interval > 0 && window > 0 && window % interval === 0
}

/** The anchors to let go: all but the latest two and those of the last half hour, eight at most; all when none is served. */
export function anchorsToDrop(anchors: readonly Anchor[], nowMs: number, interval: number): number[] {
  if (interval === 0) return anchors.map(({ window }) => window)
  const latestFirst = [...anchors].sort((a, b) => b.window - a.window)
  const isKept = ({ frozenAtMs }: Anchor, place: number) =>
    place < KEPT_LATEST || (place < KEPT_MOST && Math.abs(nowMs - frozenAtMs) < KEPT_MS)
  return latestFirst.filter((anchor, place) => !isKept(anchor, place)).map(({ window }) => window)
}
