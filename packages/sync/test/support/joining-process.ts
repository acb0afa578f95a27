import { fork } from 'node:child_process'
import { encodeGenesisDocument } from '@montana/ledger'
import type { PlanLimits, SyncProgress } from '../../src/index.js'
import type { Server } from './server.js'
import { headOf, type World } from './world.js'

const CHILD = new URL('../children/join.mjs', import.meta.url)

interface Call {
  readonly type: 'call'
  readonly id: number
  readonly peer: string
  readonly method: 'manifest' | 'envelope' | 'certificate' | 'chunk' | 'range'
  readonly argument: never
}

type FromChild = Call | { readonly type: 'progress'; readonly progress: SyncProgress } | { readonly type: 'done' }

export interface JoinInit {
  readonly world: World
  readonly dir: string
  readonly servers: readonly Server[]
  readonly limits: Partial<PlanLimits>
  /** Kill it when the servers have sent so many bytes since it began; absent: let it end. */
  readonly killAfterBytes?: number
}

/** Runs one joining process to its end or its death. The latest progress it told, and whether it ended by itself. */
export async function joinInProcess(init: JoinInit): Promise<{ isDone: boolean; progress: SyncProgress | undefined }> {
  const { world, dir, servers, limits, killAfterBytes = Number.POSITIVE_INFINITY } = init
  const child = fork(CHILD, { serialization: 'advanced' })
  const sent = () => servers.reduce((sum, { bytes }) => sum + bytes, 0)
  const before = sent()
  let [isDone, progress]: [boolean, SyncProgress | undefined] = [false, undefined]
  const answer = async ({ id, peer, method, argument }: Call) => {
    const server = servers.find((one) => one.id === peer)
    if (!server) throw new RangeError(`nobody is called ${peer}`)
    const reply = await server[method](argument, new AbortController().signal)
    if (child.connected) child.send({ id, answer: reply }, () => {})
    if (sent() - before >= killAfterBytes) child.kill('SIGKILL')
  }
  child.on('message', (message: FromChild) => {
    if (message.type === 'call') void answer(message)
    else if (message.type === 'progress') progress = message.progress
    else isDone = true
  })
  const peers = servers.map(({ id }) => ({ id, window: headOf(world).window }))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.send({ type: 'join', dir, document: encodeGenesisDocument(world.cohort.document), peers, limits })
  await ended
  return { isDone, progress }
}
