import { shortHash } from '../data/format.js'
import { Confirm } from '../parts/dialog.js'
import type { MirrorView } from './types.js'
import { type Mirrors, postJob } from './use-mirrors.js'

interface ApproveProps {
  readonly mirror: MirrorView
  readonly mirrors: Mirrors
  onClose(): void
}

/** A push that changes what runs on the target: one tip is approved, by whoever has read it. Spec 3.2 WORKFLOW_PATHS. */
export function ApproveDialog({ mirror, mirrors, onClose }: ApproveProps) {
  const { id, target, approval } = mirror
  const [first] = approval?.refs ?? []
  if (approval === null || first === undefined) return null
  const { ref, tip } = first
  const rest = approval.refs.length - 1
  const act = async (reason: string) => {
    const expectedEpoch = mirrors.page?.fence.epoch ?? null
    const body = { reason, expectedEpoch, tip, confirm: target ?? id }
    const reply = await postJob(`/api/mirrors/${id}/approve`, body)
    if (reply.ok) mirrors.track(reply.data.jobId)
    return reply.ok ? null : reply.refusal
  }
  return (
    <Confirm
      id="approve"
      title={`Approve a push to ${id}`}
      verb="Approve"
      typed={target ?? id}
      asksReason
      act={act}
      onClose={onClose}
    >
      <p class="dialog-intro">
        The next push would change what runs on {id}. Read the change first:{' '}
        <code class="long">git log -p {shortHash(tip)} -- .github</code>
      </p>
      <dl class="would-go" data-held={tip}>
        <dt>Commit</dt>
        <dd>
          <code title={tip}>{shortHash(tip)}</code> of <code class="long">{ref}</code>
          {rest > 0 && `, and ${rest} more after it`}
        </dd>
        <dt>Files</dt>
        <dd>{approval.paths.join(', ')}</dd>
      </dl>
    </Confirm>
  )
}
