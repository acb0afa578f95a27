import type { ComponentChildren } from 'preact'
import type { Refusal } from '../data/api.js'
import { usePolled } from '../data/hooks.js'
import { Empty } from '../parts/panel.js'
import { Refused } from '../parts/refusal.js'

export interface Asked<T> {
  readonly data: T | null
  readonly refusal: Refusal | null
}

/** One read route of one node, again every `everyMs`; nothing of another node is shown as said by this one. */
export function useNode<T>(label: string, path: string, everyMs: number): Asked<T> {
  return usePolled<T>(`/api/nodes/${encodeURIComponent(label)}/${path}`, everyMs, label)
}

/** Whether the node answers that it does not have what was asked for. */
export function isAbsent({ data, refusal }: Asked<unknown>): boolean {
  return data === null && refusal?.code === 'NOT_FOUND'
}

interface AnswerProps<T> {
  readonly asked: Asked<T>
  children(data: T): ComponentChildren
}

/** What was said; why nothing was; or that the node is being asked. */
export function Answer<T>({ asked: { data, refusal }, children }: AnswerProps<T>) {
  if (data === null) return refusal ? <Refused refusal={refusal} /> : <Empty title="Asking the node">A moment.</Empty>
  return (
    <>
      {refusal && <Refused refusal={refusal} />}
      {children(data)}
    </>
  )
}
