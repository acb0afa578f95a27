import { createRedact, type Redact } from './redact.js'

/** Redaction with the words of recovery phrases. The list is loaded only where a log is read. */
export async function loadRedact(): Promise<Redact> {
  const { loadWordlist } = await import('@montana/crypto')
  return createRedact(new Set(await loadWordlist()))
}
