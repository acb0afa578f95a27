import { createHash } from 'node:crypto'
import { toHex } from '@montana/foundation'
import { openStore, type ReadStore } from '@montana/store'

const TABLES = ['account', 'node', 'candidate'] as const

/**
 * All that a message could change for good, as short texts. Incidents are left out: they are the list of what was
 * refused.
 */
export interface DurableState {
  readonly head: string
  readonly context: string
  readonly tables: readonly string[]
  readonly windows: string
  readonly certificates: string
  readonly journal: string
  readonly evidence: string
  readonly objects: string
}

export function durableState(store: ReadStore, journalTo = Number.POSITIVE_INFINITY): DurableState {
  const head = store.head()
  const all = Array.from({ length: head?.window ?? 0 }, (_, index) => index + 1)
  const signed = [...store.journal.entries(0)].filter(({ window }) => window <= journalTo)
  return {
    head: `${head?.window} ${toHex(head?.stateRoot ?? new Uint8Array())}`,
    context: digest([store.context()]),
    tables: TABLES.map((table) => digest(store.tableRecords(table))),
    windows: digest(all.map((window) => store.windowAt(window)?.envelope)),
    certificates: digest([...all, all.length + 1].map((window) => store.certificates.get(window))),
    journal: digest(signed.map(({ bytes }) => bytes)),
    evidence: digest(store.evidence.list().flatMap(({ a, b }) => [a, b])),
    objects: digest(store.objects.list()),
  }
}

/** Of a node that runs, or that is stopped. */
export function durableStateOf(dir: string): DurableState {
  const store = openStore({ dir, mode: 'read' })
  try {
    return durableState(store)
  } finally {
    store.close()
  }
}

function digest(parts: Iterable<Uint8Array | undefined>): string {
  const hash = createHash('sha256')
  let count = 0
  for (const part of parts) {
    hash.update(`${count++}:${part?.length ?? 'none'}:`).update(part ?? new Uint8Array())
  }
  return `${count} ${hash.digest('hex').slice(0, 32)}`
}
