import type { ComponentChildren } from 'preact'

/** One part of the drawer under its heading. */
export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="drawer-part">
      <h3>{title}</h3>
      {children}
    </section>
  )
}
