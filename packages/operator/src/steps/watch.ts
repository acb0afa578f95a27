import { sleep } from '@montana/foundation'
import { type NodeStatus, readRunFile, statusSchema } from '@montana/node/settings'
import { PATHS, within } from '../host/layout.js'

const POLL_MS = 250
const ASK_MS = 2_000

/** What the running node says; undefined while there is none, or it does not answer. */
export async function nodeStatus(root: string, signal: AbortSignal): Promise<NodeStatus | undefined> {
  const run = await readRunFile(within(root, PATHS.state))
  if (!run) return undefined
  try {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(ASK_MS)])
    const response = await fetch(new URL('/status.json', run.statusUrl), { signal: deadline })
    return statusSchema.safeParse(await response.json()).data
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}

/** Asks until `isDone` says so or time is over; the last answer. */
export async function watchNode(
  ask: (signal: AbortSignal) => Promise<NodeStatus | undefined>,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
  isDone: (status: NodeStatus) => boolean,
): Promise<NodeStatus | undefined> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const status = await ask(signal)
    if (status && isDone(status)) return status
    if (performance.now() >= deadline) return status
    await sleep(POLL_MS, signal)
  }
}
