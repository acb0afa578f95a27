import type { OnlineQuestion } from '@montana/failover'
import { errorCode, errorMessage, isAbort } from '@montana/foundation'

export interface OnlineResult {
  readonly name: string
  readonly verdict: 'ok' | 'failed'
  readonly code: string | null
  readonly text: string
}

/** Asks all at once; one that fails stops no other. Throws AbortError when told to stop. */
export async function askOnline(questions: readonly OnlineQuestion[], signal: AbortSignal): Promise<OnlineResult[]> {
  return await Promise.all(questions.map((question) => askOne(question, signal)))
}

async function askOne({ name, ask }: OnlineQuestion, signal: AbortSignal): Promise<OnlineResult> {
  try {
    return { name, verdict: 'ok', code: null, text: await ask(signal) }
  } catch (error) {
    if (isAbort(error) && signal.aborted) throw error
    return { name, verdict: 'failed', code: errorCode(error), text: errorMessage(error) }
  }
}

export function onlineLines(results: readonly OnlineResult[]): string[] {
  const width = Math.max(...results.map(({ name }) => name.length))
  return results.map(({ name, verdict, text, code }) => {
    return `${verdict === 'ok' ? 'ok    ' : 'FAILED'}  ${name.padEnd(width)}  ${text}${code === null ? '' : ` (${code})`}`
  })
}
