import { AsyncLocalStorage } from 'node:async_hooks'

/** Order of service in the queue of a backend; what says nothing is served first, as are the mesh's own handshakes. */
const RANKS = { first: 0, outbound: 1, stranger: 2 } as const

export type WorkRank = keyof typeof RANKS

const current = new AsyncLocalStorage<WorkRank>()

/** Runs `work`; every operation of a backend that it asks for waits behind those of a better rank. Spec transport 10.2. */
export function atWorkRank<T>(rank: WorkRank, work: () => Promise<T>): Promise<T> {
  return current.run(rank, work)
}

/** The order of the work that runs now, smaller is sooner. */
export function currentOrder(): number {
  return RANKS[current.getStore() ?? 'first']
}
