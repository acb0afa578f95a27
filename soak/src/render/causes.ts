import type { Finding } from '../report/schema.js'
import type { FindingGroup } from './document.js'
import { period, place } from './phrases.js'

/** Findings of one id, told once: on the first screen four nodes with the same trouble are one trouble. */
export interface Cause {
  /** The first of them in order; its remedy stands for all. */
  readonly finding: Finding
  /** What all of them say; where each says something else, what the first says and of whom. */
  readonly text: string
  /** Each once, in order. */
  readonly places: readonly string[]
  /** Null where times are unknown or differ. */
  readonly period: string | null
  /** Findings that these explain. */
  readonly explained: number
}

function causeOf(groups: readonly FindingGroup[]): Cause[] {
  const [first] = groups
  if (first === undefined) return []
  const periods = new Set(groups.map(({ root }) => period(root.from, root.to)))
  return [
    {
      finding: first.root,
      text: textOf(first, groups),
      places: [...new Set(groups.map(({ root }) => place(root)))],
      period: periods.size === 1 ? period(first.root.from, first.root.to) : null,
      explained: groups.reduce((sum, { explained }) => sum + explained.length, 0),
    },
  ]
}

function textOf({ root }: FindingGroup, groups: readonly FindingGroup[]): string {
  const isCommon = groups.every((group) => group.root.text === root.text)
  return isCommon ? root.text : `${place(root)}: ${root.text}`
}

/** One cause for each id, in the order in which the ids first come. */
export function causesOf(groups: readonly FindingGroup[]): Cause[] {
  const byId = new Map<string, FindingGroup[]>()
  for (const group of groups) byId.set(group.root.id, [...(byId.get(group.root.id) ?? []), group])
  return [...byId.values()].flatMap(causeOf)
}

/** `frankfurt, helsinki, 2026-05-21 19:40:02Z`. */
export function whereAndWhen({ places, period: time }: Cause): string {
  return [...places, ...(time === null ? [] : [time])].join(', ')
}
