import type { ComponentChildren } from 'preact'
import { MISSING } from '../data/format.js'

/** One line of a `dl.facts`. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd data-fact={name}>{children}</dd>
    </>
  )
}

export function Hash({ name, value }: { name: string; value: string | null }) {
  return (
    <Fact name={name}>
      <code class="hash">{value ?? MISSING}</code>
    </Fact>
  )
}
