import { execFileSync } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { appendFileSync, mkdirSync, rmSync } from 'node:fs'
import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { MeshView, SoakTick } from '../src/api/views.js'
import { EVENT_CLIENTS_MAX } from '../src/constants.js'
import { ask, served, started, tempFolder, until } from './support/console.js'
import { line } from './support/records.js'

interface Stream {
  readonly status: number
  readonly hasEnded: () => boolean
  events<T>(name: string): T[]
  /** Id of the last event, as a browser would send it after a break. */
  lastId(): string | undefined
  close(): void
}

/** An open stream of events, as a browser holds it. */
async function open(url: string, lastEventId?: string): Promise<Stream> {
  let outgoing: ClientRequest | undefined
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
    outgoing = get(`${url}/api/events`, { agent: false, headers }, resolve)
    outgoing.on('error', reject)
  })
  onTestFinished(() => void outgoing?.destroy())
  let text = ''
  let hasEnded = false
  response.setEncoding('utf8')
  response.on('data', (chunk: string) => {
    text += chunk
  })
  response.on('close', () => {
    hasEnded = true
  })
  response.on('error', () => {})
  return {
    status: response.statusCode ?? 0,
    hasEnded: () => hasEnded,
    events: <T>(name: string) =>
      [...text.matchAll(/^id: .+\nevent: (\w+)\ndata: (.*)\n\n/gm)]
        .filter((m) => m[1] === name)
        .map((m) => JSON.parse(m[2] ?? '') as T),
    lastId: () => [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1],
    close: () => outgoing?.destroy(),
  }
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

describe('/api/events', () => {
  it('pushes a snapshot a second, and says when there is a record', async () => {
    const { source } = await served('moscow')
    const soakPath = join(tempFolder(), 'soak.jsonl')
    const { url } = await started({ nodes: [source], soakPath })
    const stream = await open(url)
    await until(() => stream.events('mesh').length >= 3, 4_000, 'three snapshots')
    expect(stream.events<MeshView>('mesh')[0]?.nodes[0]?.window).toBe(10)
    expect(stream.events<SoakTick>('soak')).toEqual([{ seq: null, report: null }])
    appendFileSync(soakPath, line({ seq: 0 }))
    await until(() => stream.events('soak').length === 2, 2_500, 'a record')
    expect(stream.events<SoakTick>('soak')[1]).toEqual({ seq: 0, report: null })
  })

  it('tells a page that comes later what the others know', async () => {
    const { url } = await started({ soakPath: join(tempFolder(), 'soak.jsonl') })
    const first = await open(url)
    await until(() => first.events('soak').length === 1, 3_000, 'the first knows')
    const second = await open(url)
    await until(() => second.events('soak').length === 1, 3_000, 'the second knows')
    expect(first.events('soak')).toHaveLength(1)
  })

  it('tells a page that comes back only what it has missed', async () => {
    const soakPath = join(tempFolder(), 'soak.jsonl')
    const { url } = await started({ soakPath })
    const first = await open(url)
    await until(() => first.events('soak').length === 1, 3_000, 'the first knows')
    first.close()
    const missedNothing = await open(url, first.lastId())
    await until(() => missedNothing.events('mesh').length >= 2, 4_000, 'it is served')
    expect(missedNothing.events('soak')).toEqual([])
    missedNothing.close()
    appendFileSync(soakPath, line({ seq: 0 }))
    const missedOne = await open(url, missedNothing.lastId())
    await until(() => missedOne.events('soak').length === 1, 4_000, 'it is told')
    expect(missedOne.events<SoakTick>('soak')).toEqual([{ seq: 0, report: null }])
  })

  it.each(['', 'x', '00000000-1', '00000000-99999999999999999999', '-1', 'deadbeef-1'])(
    'tells everything to a page that comes with the id %s of another process or none',
    async (id) => {
      const { url } = await started({ soakPath: join(tempFolder(), 'soak.jsonl') })
      const stream = await open(url, id)
      await until(() => stream.events('soak').length === 1, 3_000, 'it is told')
    },
  )

  it.each([
    ['a folder', (path: string) => mkdirSync(path)],
    ['a pipe that nobody writes to', (path: string) => execFileSync('mkfifo', [path])],
  ])('goes on with the mesh where the soak file is %s, and with the records once it is one', async (_, make) => {
    const soakPath = join(tempFolder(), 'soak.jsonl')
    make(soakPath)
    const { url } = await started({ soakPath })
    const stream = await open(url)
    await until(() => stream.events('mesh').length >= 3, 6_000, 'three snapshots of one stream')
    expect(stream.events<SoakTick>('soak')).toEqual([{ seq: null, report: null }])
    const refused = await ask(`${url}/api/soak`)
    expect([refused.status, JSON.parse(refused.text).error.code]).toEqual([503, 'SOAK_UNREADABLE'])
    expect(refused.text).not.toContain(soakPath)
    rmSync(soakPath, { recursive: true })
    appendFileSync(soakPath, line({ seq: 0 }))
    await until(() => stream.events('soak').length === 2, 4_000, 'a record')
    expect(stream.hasEnded()).toBe(false)
  })

  it('asks no node while nobody looks', async () => {
    const { server, source } = await served('moscow')
    const { url } = await started({ nodes: [source] })
    await delay(1_200)
    expect(server.requests).toEqual([])
    const stream = await open(url)
    await until(() => server.requests.length >= 2, 3_000, 'asked while somebody looks')
    stream.close()
    await delay(1_300)
    const asked = server.requests.length
    await delay(1_500)
    expect(server.requests).toHaveLength(asked)
    const again = await open(url)
    await until(() => again.events('mesh').length >= 1, 2_000, 'asked again')
  })

  it('has a bounded number of places, and gives them back', async () => {
    const { url } = await started()
    const streams = await Promise.all(Array.from({ length: EVENT_CLIENTS_MAX }, () => open(url)))
    expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200))
    const refused = await ask(`${url}/api/events`)
    expect([refused.status, JSON.parse(refused.text).error.code, refused.headers['retry-after']]).toEqual([
      ...[503, 'BUSY', '10'],
    ])
    streams[0]?.close()
    await delay(100)
    expect((await open(url)).status).toBe(200)
  })

  it('ends at once with open streams, by stop and by its signal, and leaves nothing behind', async () => {
    const { source } = await served('moscow')
    for (const by of ['stop', 'signal'] as const) {
      const before = timers()
      const controller = new AbortController()
      const { signal } = controller
      const console = await started({ nodes: [source], signal })
      const streams = await Promise.all([open(console.url), open(console.url)])
      await until(() => streams.every((stream) => stream.events('mesh').length > 0), 3_000, 'both are served')
      const startedMs = performance.now()
      if (by === 'signal') controller.abort()
      await console.stop()
      expect(performance.now() - startedMs).toBeLessThan(1_000)
      await until(() => streams.every((stream) => stream.hasEnded()), 1_000, 'both have ended')
      await expect(ask(`${console.url}/healthz`)).rejects.toThrow()
      expect(getEventListeners(signal, 'abort')).toEqual([])
      await until(() => timers() <= before, 1_000, 'no timer is left')
    }
  })
})
