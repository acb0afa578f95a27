import type { ComponentChildren } from 'preact'

interface TileProps {
  readonly name: string
  readonly value: ComponentChildren
  readonly note: ComponentChildren
  /** For tests and styles. */
  readonly id: string
}

/** One figure with its name above and what it means below. */
export function Tile({ name, value, note, id }: TileProps) {
  return (
    <div class="tile" data-tile={id}>
      <dt>{name}</dt>
      <dd class="tile-value">{value}</dd>
      <dd class="tile-note">{note}</dd>
    </div>
  )
}
