/** Of the drawing; it is as wide as its cell. */
const WIDTH = 100
const HEIGHT = 10
const MIDDLE = WIDTH / 2
/** 2¹⁰: what is further from 1 looks the same. */
const DOUBLINGS_MAX = 10

/** A bar from the left; `share` of the whole width, 0 to 1. */
export function shareBar(share: number): string {
  return drawing(rect('bar', 0, WIDTH * clamp(share)))
}

/** A quotient: to the right of the middle above 1, to the left below, each doubling as long as the one before. */
export function ratioBar(ratio: number): string {
  const doublings = Math.log2(ratio)
  const length = MIDDLE * clamp(Math.abs(doublings) / DOUBLINGS_MAX)
  const from = doublings < 0 ? MIDDLE - length : MIDDLE
  return drawing(`${rect('bar', from, length)}${tick(MIDDLE)}`)
}

/** A value against its bound, which is the tick in the middle; the right end is twice the bound. */
export function boundBar(value: number, bound: number, isWithin: boolean): string {
  return drawing(`${rect(isWithin ? 'bar' : 'bar beyond', 0, MIDDLE * clamp(value / bound, 2))}${tick(MIDDLE)}`)
}

function clamp(share: number, max = 1): number {
  return Number.isFinite(share) ? Math.min(max, Math.max(0, share)) : max
}

function rect(kind: string, from: number, length: number): string {
  return `<rect class="${kind}" x="${from.toFixed(1)}" y="1" width="${Math.max(0.6, length).toFixed(1)}" height="8"/>`
}

function tick(at: number): string {
  return `<path class="tick" d="M${at} 0V${HEIGHT}"/>`
}

/** Says nothing that the numbers beside it do not say. */
function drawing(content: string): string {
  const box = `viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none"`
  return `<svg class="bars" ${box} aria-hidden="true" focusable="false">${content}</svg>`
}
