import { useState } from 'preact/hooks'
import { postJson } from '../../data/api.js'
import { Confirm } from '../../parts/dialog.js'
import type { Access } from '../access.js'
import type { MirrorDetail } from '../types.js'
import { Section } from './section.js'

/** Work that a push kept instead of losing it: dropped by name only. */
export function Rescues({ detail, access, again }: { detail: MirrorDetail; access: Access; again(): void }) {
  const [dropped, setDropped] = useState<string | null>(null)
  if (detail.rescueRefs.length === 0) return null
  const act = async () => {
    const reply = await postJson(`/api/mirrors/${detail.id}/rescue/drop`, { ref: dropped, confirm: detail.id })
    again()
    return reply.ok ? null : reply.refusal
  }
  return (
    <Section title="Rescue refs">
      <ul class="refs">
        {detail.rescueRefs.map((ref) => (
          <li key={ref}>
            <code class="long">{ref}</code>
            <button
              type="button"
              class="button button-small button-danger"
              disabled={!access.mayChange}
              onClick={() => setDropped(ref)}
            >
              Drop…
            </button>
          </li>
        ))}
      </ul>
      {dropped !== null && (
        <Confirm
          id="drop"
          title="Drop a rescue ref"
          verb="Drop"
          typed={detail.id}
          act={act}
          onClose={() => setDropped(null)}
        >
          <p class="dialog-intro">
            <code class="long">{dropped}</code> is deleted on {detail.id}. The work in it is lost there.
          </p>
        </Confirm>
      )}
    </Section>
  )
}
