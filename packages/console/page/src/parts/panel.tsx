import type { ComponentChildren } from 'preact'

interface PanelProps {
  readonly title: string
  readonly id: string
  readonly aside?: ComponentChildren
  readonly children: ComponentChildren
}

export function Panel({ title, id, aside, children }: PanelProps) {
  return (
    <section class="panel" aria-labelledby={`${id}-title`} data-panel={id}>
      <header class="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {aside !== undefined && <div class="panel-aside">{aside}</div>}
      </header>
      {children}
    </section>
  )
}

/** What stands where there is no data yet: why, and what will bring it. */
export function Empty({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      <p>{children}</p>
    </div>
  )
}
