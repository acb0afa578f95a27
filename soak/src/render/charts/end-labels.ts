import { escapeHtml } from '../escape.js'
import { shorten, visible } from '../visible.js'
import { WIDTH } from './frame.js'
import { lineStyle } from './line-style.js'
import { px } from './scale.js'

export interface EndLabel {
  readonly index: number
  readonly text: string
  readonly value: string
  /** End of the line, px. */
  readonly x: number
  readonly y: number
}

/** Distance of two base lines, px. */
const STEP_PX = 15
const SAMPLE_PX = 22
const LABEL_LENGTH = 20

/** Pushes labels apart downwards, then back up from the bottom, so that none covers another. */
export function spread(wanted: readonly number[], top: number, bottom: number): number[] {
  const step = Math.min(STEP_PX, (bottom - top) / Math.max(1, wanted.length - 1))
  const placed: number[] = []
  for (const y of wanted) placed.push(Math.max(y, top, (placed.at(-1) ?? Number.NEGATIVE_INFINITY) + step))
  let limit = bottom
  return placed
    .toReversed()
    .map((y) => {
      const at = Math.min(y, limit)
      limit = at - step
      return at
    })
    .toReversed()
}

function drawLabel(label: EndLabel, y: number, right: number): string {
  const x = right + 12
  const leader = `<path class="leader" d="M${px(label.x + 2)} ${px(label.y)}L${px(x - 3)} ${px(y)}"/>`
  const sample = `<path ${lineStyle(label.index)} d="M${x} ${px(y)}h${SAMPLE_PX}"/>`
  const name = escapeHtml(shorten(visible(label.text), LABEL_LENGTH - label.value.length))
  const value = `<tspan class="label-value" dx="5">${escapeHtml(label.value)}</tspan>`
  return `${leader}${sample}<text class="label" x="${x + SAMPLE_PX + 6}" y="${px(y + 4)}">${name}${value}</text>`
}

/** Name and last value of each line at its end, with a sample of its stroke. */
export function endLabels(labels: readonly EndLabel[], top: number, bottom: number, right: number): string {
  const sorted = labels.toSorted((a, b) => a.y - b.y || a.index - b.index)
  const ys = spread(
    sorted.map((label) => label.y),
    top + 4,
    bottom - 2,
  )
  return sorted.map((label, i) => drawLabel(label, ys[i] ?? label.y, Math.min(right, WIDTH))).join('')
}
