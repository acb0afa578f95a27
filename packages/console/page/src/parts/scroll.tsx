import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

/** The matrix stands out by the gaps at its edges. */
const SLACK_PX = 8

interface ScrollProps {
  /** Says what scrolls, where it does. */
  readonly label: string
  readonly children: ComponentChildren
}

/** Scrolls sideways what is wider than its place, by keys too: a stop of the Tab key only while there is something to scroll. */
export function Scroll({ label, children }: ScrollProps) {
  const box = useRef<HTMLDivElement>(null)
  const [isWider, setWider] = useState(false)
  useEffect(() => {
    const { current } = box
    if (!current) return
    const observer = new ResizeObserver(() => setWider(current.scrollWidth > current.clientWidth + SLACK_PX))
    for (const element of [current, ...current.children]) observer.observe(element)
    return () => observer.disconnect()
  }, [])
  const reach = isWider ? { tabIndex: 0, role: 'group' as const, 'aria-label': `${label}, scrolls sideways` } : {}
  return (
    <div ref={box} class="scroll" {...reach}>
      {children}
    </div>
  )
}
