import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { hrefOf } from './route.js'

interface CrumbsProps {
  readonly title: string
  /** To the neighbours. */
  readonly children?: ComponentChildren
}

/** Where one is, and how to leave. The heading takes the focus, because the link that led here is gone. */
export function Crumbs({ title, children }: CrumbsProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (document.activeElement === document.body) heading.current?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [])
  return (
    <nav class="crumbs" aria-label="Place in the explorer">
      <a href={hrefOf({ kind: 'overview' })}>← Explorer</a>
      <h2 ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {children !== undefined && <span class="crumbs-steps">{children}</span>}
    </nav>
  )
}
