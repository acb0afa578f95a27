import type { MirrorParts } from './parts.js'

/** What a person or a rule decided: in the audit, and told to whoever follows the events. */
export function note(
  { store, actor, time }: MirrorParts,
  action: string,
  reason: string,
  epoch: number | null,
  detail: Readonly<Record<string, unknown>>,
): void {
  const atMs = time.wallMs()
  store.transaction(() => {
    const epochs = { epochBefore: epoch, epochAfter: epoch }
    store.audit.add({ atMs, actor, action, reason, ...epochs, detail: JSON.stringify(detail) })
    store.events.add({ atMs, kind: 'role', mirror: null, layer: null, data: { action, reason, ...detail } })
  })
}
