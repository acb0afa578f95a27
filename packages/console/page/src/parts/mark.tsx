import type { ComponentChildren } from 'preact'
import type { Tone } from '../data/state.js'

const SIGNS: Readonly<Record<Tone, string>> = { good: '●', warn: '▲', bad: '■', none: '○' }

/** Words with a sign before them whose shape and colour say how they are meant. */
export function Mark({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return (
    <span class={`mark mark-${tone}`}>
      <span class="mark-sign" aria-hidden="true">
        {SIGNS[tone]}
      </span>
      {children}
    </span>
  )
}
