import { sleep } from '@montana/foundation'
import { type NodeStatus, readRunFile, statusSchema } from '@montana/node/settings'
import { PATHS, within } from '../host/layout.js'

const POLL_MS = 250
const ASK_MS = 5_000
/** A busy host may miss one question; who has not answered for so long does not answer. */
const SILENT_MS = 15_000

/** What the running node says; undefined while there is none, or it does not answer. */
export async function nodeStatus(root: string, signal: AbortSignal): Promise<NodeStatus | undefined> {
  const run = await readRunFile(within(root, PATHS.state))
  if (!run) return undefined
  try {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)])
    const response = await fetch(new URL('/status.json', run.statusUrl), { signal: deadline })
    const status = statusSchema.safeParse(await response.json()).data
    // A node that was killed leaves its address behind, and its port may be another node's since.
    return status?.proc.instance === run.instance ? status : undefined
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}

/** Asks until `isDone` says so or time is over; the last answer, unless nothing was heard for a while since. */
export async function watchNode(
  ask: (signal: AbortSignal) => Promise<NodeStatus | undefined>,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
  isDone: (status: NodeStatus) => boolean,
): Promise<NodeStatus | undefined> {
  const deadline = performance.now() + timeoutMs
  let last: { readonly status: NodeStatus; readonly atMs: number } | undefined
  for (;;) {
    const status = await ask(signal)
    const nowMs = performance.now()
    if (status) last = { status, atMs: nowMs }
    if (status && isDone(status)) return status
    if (nowMs >= deadline) return last && nowMs - last.atMs < SILENT_MS ? last.status : undefined
    await sleep(POLL_MS, signal)
  }
}
