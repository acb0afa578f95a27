import { useEffect, useState } from 'preact/hooks'
import { getJson, postJson, type Refusal, type Reply } from '../data/api.js'
import { usePolled } from '../data/hooks.js'
import type { JobView, MirrorsPage } from './types.js'
import { isActive } from './words.js'

/** A browser keeps six connections to one address for all its pages: another stream for each would use them up. */
const CALM_MS = 4_000
const BUSY_MS = 800
const JOBS_KEY = 'montana-mirror-jobs'
const JOB_POLL_MS = 400

export interface Mirrors {
  readonly page: MirrorsPage | null
  readonly refusal: Refusal | null
  /** By the server's clock. */
  readonly nowMs: number
  /** Jobs of this tab that have ended, until somebody has read how. */
  readonly ended: readonly JobView[]
  again(): void
  /** Follows a job of this tab to its end, also across a reload. */
  track(jobId: string): void
  dismiss(jobId: string): void
}

/** The state of all mirrors, asked more often while something runs. */
export function useMirrors(): Mirrors {
  const [isBusy, setBusy] = useState(false)
  const { data, refusal, again } = usePolled<MirrorsPage>('/api/mirrors', isBusy ? BUSY_MS : CALM_MS)
  const nowMs = useServerNow(data)
  const jobs = useTracked(data)
  const { queue } = data ?? {}
  const isWorking = data !== null && (data.jobs.some(isActive) || (queue?.running ?? 0) > 0)
  useEffect(() => setBusy(isWorking || jobs.isWaiting), [isWorking, jobs.isWaiting])
  const track = (jobId: string) => {
    jobs.track(jobId)
    again()
  }
  return { page: data, refusal, nowMs, ended: jobs.ended, again, track, dismiss: jobs.dismiss }
}

const TICK_MS = 1_000

/** The clock of the server, as its last answer and this browser's own clock since give it. */
function useServerNow(page: MirrorsPage | null): number {
  const [heardMs, setHeardMs] = useState(Date.now())
  const [now, setNow] = useState(Date.now())
  useEffect(() => setHeardMs(Date.now()), [page])
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS)
    return () => clearInterval(timer)
  }, [])
  return page === null ? now : page.nowMs + Math.max(0, now - heardMs)
}

/** Ids of jobs that this tab asked for; kept until their end was read. */
function useTracked(page: MirrorsPage | null) {
  const [ids, setIds] = useState(readIds)
  const [ended, setEnded] = useState<readonly JobView[]>([])
  const keep = (next: readonly string[]) => {
    sessionStorage.setItem(JOBS_KEY, JSON.stringify(next))
    setIds(next)
  }
  const drop = (jobId: string) => {
    keep(readIds().filter((id) => id !== jobId))
    setEnded((all) => all.filter((job) => job.jobId !== jobId))
  }
  useEffect(() => {
    if (page === null) return
    const isOpen = (id: string) => page.jobs.some((job) => job.jobId === id)
    const unknown = ids.filter((id) => !isOpen(id) && !ended.some((job) => job.jobId === id))
    for (const id of unknown) void lookUp(id, setEnded, drop)
  }, [page])
  const track = (jobId: string) => keep([...readIds(), jobId])
  // Just asked for, or just ended: the next answer tells.
  const isNews = (id: string) => ![...ended, ...(page?.jobs ?? [])].some(({ jobId }) => jobId === id)
  return { ended, isWaiting: ids.some(isNews), track, dismiss: drop }
}

type SetEnded = (change: (all: readonly JobView[]) => readonly JobView[]) => void

/** A sync that went well needs no words: the layers say it. */
async function lookUp(id: string, setEnded: SetEnded, drop: (id: string) => void): Promise<void> {
  const reply = await getJson<JobView>(`/api/mirrors/jobs/${id}`)
  if (!reply.ok) {
    if (reply.refusal.code === 'NOT_FOUND') drop(id)
    return
  }
  const job = reply.data
  if (job.state === 'pending' || job.state === 'running') return
  if (job.kind === 'sync') drop(id)
  else setEnded((all) => (all.some(({ jobId }) => jobId === id) ? all : [...all, job]))
}

function readIds(): readonly string[] {
  try {
    const ids: unknown = JSON.parse(sessionStorage.getItem(JOBS_KEY) ?? '[]')
    return Array.isArray(ids) ? ids.filter((id) => typeof id === 'string') : []
  } catch {
    return []
  }
}

/** A change that the server takes on as a job; a second click is the same request. */
export async function postJob(path: string, body: unknown): Promise<Reply<{ readonly jobId: string }>> {
  return await postJson(path, body, { 'idempotency-key': crypto.randomUUID() })
}

/** The job once it has ended, such as a dry run that somebody waits for; as it is when the signal fires. */
export async function endOf(jobId: string, signal: AbortSignal): Promise<Reply<JobView>> {
  for (;;) {
    const reply = await getJson<JobView>(`/api/mirrors/jobs/${jobId}`)
    const isOpen = reply.ok && (reply.data.state === 'running' || reply.data.state === 'pending')
    if (!isOpen || signal.aborted) return reply
    await new Promise((resolve) => setTimeout(resolve, JOB_POLL_MS))
  }
}

/** Of a job that failed, in the form of a request that was refused. */
export function refusalOf({ state, error }: JobView): Refusal | null {
  if (error !== null) return { ...error, remedy: error.remedy ?? 'look at the log of the console' }
  if (state !== 'interrupted') return null
  return { code: 'INTERRUPTED', message: 'the console ended meanwhile', remedy: 'ask for it again' }
}
