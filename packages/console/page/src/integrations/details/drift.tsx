import { LAYER_NAMES } from '../layer-lines.js'
import type { MirrorDetail, NamesView } from '../types.js'
import { Section } from './section.js'

const KINDS = ['secrets', 'variables'] as const

/** Names that a sync would add, change or remove. */
export function DriftLists({ detail: { layers } }: { detail: MirrorDetail }) {
  const drifting = KINDS.filter((kind) => hasDrift(layers[kind]))
  if (drifting.length === 0) return null
  return (
    <Section title="Drift">
      {drifting.map((kind) => (
        <p key={kind}>
          {LAYER_NAMES[kind]}: {driftNames(layers[kind])}
        </p>
      ))}
    </Section>
  )
}

function hasDrift({ drift: { add, change, remove } }: NamesView): boolean {
  return add.length + change.length + remove.length > 0
}

function driftNames({ drift }: NamesView): string {
  const lists = [
    ['to add', drift.add],
    ['to change', drift.change],
    ['to remove', drift.remove],
  ] as const
  return lists.flatMap(([verb, names]) => (names.length === 0 ? [] : [`${verb} ${names.join(', ')}`])).join('; ')
}
