import { Mark } from '../parts/mark.js'
import type { JobView, RoleReport } from './types.js'
import { refusalOf } from './use-mirrors.js'

interface JobEndsProps {
  readonly jobs: readonly JobView[]
  dismiss(jobId: string): void
}

/** How what was asked for here has ended, until somebody has read it. */
export function JobEnds({ jobs, dismiss }: JobEndsProps) {
  return (
    <div role="status" class="job-ends">
      {jobs.map((job) => (
        <div key={job.jobId} class="job-end" data-job={job.kind} data-end={job.state}>
          <JobWords job={job} />
          <button type="button" class="button button-small" onClick={() => dismiss(job.jobId)}>
            Dismiss
          </button>
        </div>
      ))}
    </div>
  )
}

const NOUNS = { sync: 'Sync', promote: 'Promotion', demote: 'Hand-back', remove: 'Removal', add: 'Add' } as const
const DONE = {
  sync: 'Synced',
  promote: 'Promoted: it acts now',
  demote: 'Handed back: it is a replica again',
  remove: 'Removed',
  add: 'Saved',
} as const

function JobWords({ job }: { job: JobView }) {
  const refusal = refusalOf(job)
  if (refusal !== null) {
    return (
      <p>
        <Mark tone={refusal.code === 'BUSY' ? 'warn' : 'bad'}>
          {NOUNS[job.kind]} {refusal.code === 'BUSY' ? 'waits' : 'failed'}
        </Mark>{' '}
        <code>{refusal.code}</code> {refusal.message}. {refusal.remedy}
      </p>
    )
  }
  return (
    <p>
      <DoneWords job={job} />
    </p>
  )
}

function DoneWords({ job: { kind, result, steps } }: { job: JobView }) {
  if ((kind === 'promote' || kind === 'demote') && (result as RoleReport | null)?.outcome === 'undone') {
    const failed = steps.find(({ outcome }) => outcome === 'failed')
    const why = failed ? ` because ${failed.step} failed: ${failed.message ?? failed.code}` : ''
    return <Mark tone="bad">{`${NOUNS[kind]} was taken back${why}`}</Mark>
  }
  const note = kind === 'add' ? (result as { readonly note?: string | null } | null)?.note : null
  return (
    <>
      <Mark tone="good">{DONE[kind]}</Mark>
      {note && <> {note}</>}
    </>
  )
}
