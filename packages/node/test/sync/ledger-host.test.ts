import { systemTime } from '@montana/foundation'
import type { Store } from '@montana/store'
import { describe, expect, it } from 'vitest'
import type { LedgerService } from '../../src/ledger-service.js'
import type { Gap } from '../../src/runtime/catch-up/catch-up.js'
import { type JoinRequest, LedgerHost } from '../../src/sync/ledger-host.js'
import type { SnapshotJoin } from '../../src/sync/snapshot-join.js'

const GAP: Gap = { head: 10, target: 9_000, windowsPerSecond: undefined }
const TOTALS = { mode: undefined, windows: 0, seconds: 0, bytesFetched: 0, bytesTwice: 0 }

/** A host whose planes and joins only say what is done to them. */
function hostOf(resync?: string) {
  const said: string[] = []
  const joins: { readonly request: JoinRequest; end(window: number | undefined): void }[] = []
  let planes = 0
  let handsOver: (gap: Gap) => boolean = () => false
  const marks = { resync }
  const ledger = (over: (gap: Gap) => boolean) => {
    const name = `plane ${++planes}`
    handsOver = over
    const loop = { head: 10, state: { chain: { tables: { nodes: new Map() } } } }
    const catchUp = { isRunning: false, progress: undefined, totals: TOTALS, target: 0 }
    const start = () => said.push(`${name} starts`)
    const stop = async () => void said.push(`${name} stops`)
    return { loop, catchUp, isSynced: true, start, stop } as unknown as LedgerService
  }
  const host = new LedgerHost({
    store: {
      repairs: { resync: () => marks.resync },
      notes: { get: () => undefined },
      head: () => undefined,
    } as unknown as Store,
    disk: { durable: async (write) => write() },
    time: systemTime,
    createLedger: ledger,
    createJoin: (request) => {
      const { promise, resolve } = Promise.withResolvers<number | undefined>()
      joins.push({ request, end: resolve })
      return { run: () => promise, totals: TOTALS, progress: undefined } as unknown as SnapshotJoin
    },
    wantsSnapshot: () => true,
    tellHeads: () => {},
    onFatal: (error) => said.push(`fatal: ${error}`),
  })
  return { host, said, joins, marks, handsOver: (gap: Gap) => handsOver(gap) }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 10))

describe('the ledger plane of a node over its life', () => {
  it('goes on with its work until there is a snapshot that is trusted, whatever peers claim', async () => {
    const { host, said, joins, handsOver } = hostOf()
    host.start()
    expect(handsOver(GAP)).toBe(true)
    await settled()
    expect(said).toEqual(['plane 1 starts'])
    await joins.at(-1)?.request.onTrusted()
    expect(said).toEqual(['plane 1 starts', 'plane 1 stops'])
    joins.at(-1)?.end(9_000)
    await settled()
    expect(said).toEqual(['plane 1 starts', 'plane 1 stops', 'plane 2 starts'])
  })

  it('is made anew where no snapshot was trusted: its catching up had ended', async () => {
    const { host, said, joins, handsOver } = hostOf()
    host.start()
    handsOver(GAP)
    joins.at(-1)?.end(undefined)
    await settled()
    expect(said).toEqual(['plane 1 starts', 'plane 1 stops', 'plane 2 starts'])
    expect(handsOver(GAP), 'a snapshot is not thought of again so soon').toBe(false)
  })

  it('does not begin on damaged tables: a snapshot is looked for at once', async () => {
    const { host, said, joins, marks } = hostOf('the tables are damaged')
    host.start()
    await settled()
    expect(said).toEqual(['plane 1 stops'])
    marks.resync = undefined
    joins.at(-1)?.end(9_000)
    await settled()
    expect(said).toEqual(['plane 1 stops', 'plane 2 starts'])
  })
})
