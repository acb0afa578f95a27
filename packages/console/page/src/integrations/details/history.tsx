import { useEffect, useState } from 'preact/hooks'
import { getJson, type Refusal } from '../../data/api.js'
import { dayTime, duration } from '../../data/format.js'
import type { Tone } from '../../data/state.js'
import { Mark } from '../../parts/mark.js'
import { Refused } from '../../parts/refusal.js'
import { LAYER_NAMES } from '../layer-lines.js'
import type { AttemptView } from '../types.js'

const PAGE = 25
const KEPT_MS = 30 * 24 * 3_600_000

const TONES: Readonly<Record<string, Tone>> = {
  ...{ ok: 'good', running: 'none', interrupted: 'warn' },
  ...{ failed: 'bad', diverged: 'bad', blocked: 'bad', stuck: 'bad' },
}

/** Tries of all layers, newest first, page by page. */
export function History({ id, nowMs }: { id: string; nowMs: number }) {
  const { attempts, hasMore, refusal, more } = useHistory(id, nowMs - KEPT_MS)
  if (attempts.length === 0 && refusal === null) return <p>Nothing was tried yet.</p>
  return (
    <>
      <ol class="history" data-table="history">
        {attempts.map((attempt) => (
          <Attempt key={attempt.id} attempt={attempt} />
        ))}
      </ol>
      <Refused refusal={refusal} />
      {hasMore && (
        <button type="button" class="button" data-do="more" onClick={more}>
          Show older
        </button>
      )}
    </>
  )
}

function Attempt({ attempt }: { attempt: AttemptView }) {
  const { startedAtMs, endedAtMs, layer, outcome, errorCode, message } = attempt
  return (
    <li>
      <time dateTime={new Date(startedAtMs).toISOString()}>{dayTime(startedAtMs)}</time>
      <span>{LAYER_NAMES[layer]}</span>
      <Mark tone={TONES[outcome] ?? 'none'}>{outcome}</Mark>
      {endedAtMs !== null && <span class="history-took">{duration(endedAtMs - startedAtMs)}</span>}
      {errorCode !== null && (
        <span class="history-message">
          <code>{errorCode}</code> {message}
        </span>
      )}
    </li>
  )
}

function useHistory(id: string, sinceMs: number) {
  const [attempts, setAttempts] = useState<readonly AttemptView[]>([])
  const [hasMore, setMore] = useState(false)
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const load = async (before: number | undefined, signal?: AbortSignal) => {
    const from = before === undefined ? '' : `&before=${before}`
    const path = `/api/mirrors/${id}/history?limit=${PAGE}${from}`
    const reply = await getJson<{ readonly attempts: readonly AttemptView[] }>(path, signal)
    if (signal?.aborted) return
    setRefusal(reply.ok ? null : reply.refusal)
    if (!reply.ok) return
    const young = reply.data.attempts.filter(({ startedAtMs }) => startedAtMs >= sinceMs)
    setAttempts((all) => (before === undefined ? young : [...all, ...young]))
    setMore(young.length === PAGE)
  }
  useEffect(() => {
    const ending = new AbortController()
    void load(undefined, ending.signal)
    return () => ending.abort()
  }, [id])
  return { attempts, hasMore, refusal, more: () => void load(attempts.at(-1)?.id) }
}
