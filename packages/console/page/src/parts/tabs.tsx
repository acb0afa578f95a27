import { useRef } from 'preact/hooks'

export interface TabInit<T extends string> {
  readonly id: T
  readonly name: string
}

interface TabsProps<T extends string> {
  readonly tabs: readonly TabInit<T>[]
  readonly current: T
  onSelect(id: T): void
}

/** To where a key moves from a place among `count`. */
const MOVES: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowLeft: (at, count) => (at - 1 + count) % count,
  ArrowRight: (at, count) => (at + 1) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
}

/** One stop of the Tab key; arrows move between tabs (WAI-ARIA tabs pattern). */
export function Tabs<T extends string>({ tabs, current, onSelect }: TabsProps<T>) {
  const list = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ id }) => id === current)
    const next = tabs[MOVES[event.key]?.(at, tabs.length) ?? -1]
    if (!next) return
    event.preventDefault()
    onSelect(next.id)
    list.current?.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus()
  }
  return (
    <div class="tabs" role="tablist" aria-label="Views" ref={list} onKeyDown={onKeyDown}>
      {tabs.map(({ id, name }) => (
        <button
          key={id}
          id={`tab-${id}`}
          type="button"
          role="tab"
          aria-selected={id === current}
          aria-controls="view"
          tabIndex={id === current ? 0 : -1}
          onClick={() => onSelect(id)}
        >
          {name}
        </button>
      ))}
    </div>
  )
}
