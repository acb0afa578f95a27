import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAbort } from '@montana/foundation'
import { describe, expect, it } from 'vitest'
import { createPoller, devnetOptions } from '../src/index.js'
import { checkChain, filesIn, readRecords, servedNode, tempFolder, tracked } from './support/fixture.js'
import { NodeServer } from './support/node-server.js'
import { hashOf, INSTANCE, OTHER_INSTANCE, statusDocument, windowEntry } from './support/status.js'

const REFUSED = 'http://127.0.0.1:1'

describe('one poll', () => {
  it('appends one valid line for four nodes, and the next continues the chain', async () => {
    const nodes = await Promise.all(
      ['moscow', 'frankfurt', 'helsinki'].map((label, index) => servedNode(label, { window: 10 + index })),
    )
    const path = join(tempFolder(), 'soak.jsonl')
    const poller = createPoller({ path, nodes: [...nodes, { label: 'armenia', statusUrl: REFUSED }] })
    const first = await poller.poll()
    const second = await poller.poll()
    expect(readRecords(path)).toEqual([first, second])
    expect(first.nodes.map(({ label, reachable }) => [label, reachable])).toEqual([
      ['moscow', true],
      ['frankfurt', true],
      ['helsinki', true],
      ['armenia', false],
    ])
    expect(first).toMatchObject({ seq: 0, prev: '0'.repeat(64), late: false, repaired_bytes: 0, common_window: 10 })
    expect(first.head).toEqual({ label: 'helsinki', window: 12 })
    for (const node of first.nodes.slice(0, 3)) {
      expect(node.common).toEqual({ header_hash: hashOf(10, 'a'), state_root: hashOf(10, 'b'), reason: null })
    }
    expect(second.run_id).toBe(first.run_id)
    expect(checkChain(path)).toEqual({ records: 2, headLag: 0 })
  })

  it('leaves nothing beside the file and its head', async () => {
    const folder = tempFolder()
    await createPoller({ path: join(folder, 'soak.jsonl'), nodes: [await servedNode('moscow')] }).poll()
    expect(filesIn(folder)).toEqual(['soak.head.json', 'soak.jsonl'])
  })

  it('records labels of any script as they are', async () => {
    const labels = ['Москва', '赫尔辛基', 'Ереван 🏔', 'a\u0301bc']
    const nodes = await Promise.all(labels.map((label) => servedNode(label)))
    const path = join(tempFolder(), 'soak.jsonl')
    await createPoller({ path, nodes }).poll()
    await createPoller({ path, nodes }).poll()
    expect(readRecords(path)[1]?.nodes.map(({ label }) => label)).toEqual(labels)
    expect(checkChain(path).records).toBe(2)
  })

  it('measures the clock of a node that is 3 s ahead', async () => {
    const server = tracked(await NodeServer.serving(() => statusDocument({ atMs: Date.now() + 3000 })))
    const nodes = [{ label: 'moscow', statusUrl: server.url }]
    const { nodes: polled } = await createPoller({ path: join(tempFolder(), 's.jsonl'), nodes }).poll()
    const [node] = polled
    // The sample itself is cut to whole milliseconds.
    const bound = (node?.clock_error_ms ?? 0) + 1
    expect(Math.abs((node?.clock_offset_ms ?? 0) - 3000)).toBeLessThanOrEqual(bound)
  })

  it('asks again for the common window where the recent windows do not reach back', async () => {
    const ahead = tracked(
      await NodeServer.serving((url) => {
        const asked = url.searchParams.get('window')
        const at_window = asked === null ? undefined : windowEntry(Number(asked), Date.now() - 60_000)
        return { ...statusDocument({ label: 'moscow', window: 900 }), at_window }
      }),
    )
    const without = tracked(await NodeServer.serving(() => statusDocument({ label: 'helsinki', window: 950 })))
    const nodes = [
      { label: 'moscow', statusUrl: ahead.url },
      { label: 'helsinki', statusUrl: without.url },
      await servedNode('armenia', { window: 100 }),
    ]
    const record = await createPoller({ path: join(tempFolder(), 's.jsonl'), nodes }).poll()
    expect(record.common_window).toBe(100)
    expect(record.nodes.map(({ common }) => [common.header_hash, common.reason])).toEqual([
      [hashOf(100, 'a'), null],
      [null, 'common_out_of_range'],
      [hashOf(100, 'a'), null],
    ])
    expect(ahead.requests).toEqual(['/status.json', '/status.json?window=100'])
  })

  it('stops when told, and writes nothing', async () => {
    const hung = tracked(await NodeServer.start(() => {}))
    const folder = tempFolder()
    const controller = new AbortController()
    const poller = createPoller({ path: join(folder, 's.jsonl'), nodes: [{ label: 'moscow', statusUrl: hung.url }] })
    const polling = poller.poll(controller.signal)
    setTimeout(() => controller.abort(), 50)
    await expect(polling).rejects.toSatisfy(isAbort)
    expect(filesIn(folder)).toEqual([])
  })
})

describe('a node that does not answer', () => {
  async function errorOf(node: { statusUrl: string } | { dataDir: string }, intervalMs = 1000) {
    const path = join(tempFolder(), 'soak.jsonl')
    const record = await createPoller({ path, nodes: [{ label: 'moscow', ...node }], intervalMs }).poll()
    expect(readRecords(path)).toEqual([record])
    const [only] = record.nodes
    expect(only?.reachable).toBe(false)
    expect(only).toMatchObject({ window: null, lag: null, peers: null, res: null, active: 'unknown', D: null })
    expect(only).toMatchObject({ hb_5m: null, span_s: null, span_reason: 'unreachable' })
    expect([record.head, record.common_window, record.skew_ms]).toEqual([null, null, null])
    return only?.error
  }

  async function answering(status: number, body: string): Promise<{ statusUrl: string }> {
    const server = tracked(await NodeServer.start((_, response) => response.writeHead(status).end(body)))
    return { statusUrl: server.url }
  }

  it('refuses', async () => {
    expect(await errorOf({ statusUrl: REFUSED })).toEqual({
      code: 'ECONNREFUSED',
      text: 'nothing listens at the status address',
    })
  })

  it('hangs: 0.6 of the interval, for all nodes together', async () => {
    const hung = tracked(await NodeServer.start(() => {}))
    const nodes = ['a', 'b', 'c', 'd'].map((label) => ({ label, statusUrl: hung.url }))
    const started = performance.now()
    const record = await createPoller({ path: join(tempFolder(), 's.jsonl'), nodes, intervalMs: 1000 }).poll()
    expect(performance.now() - started).toBeLessThan(1200)
    expect(record.nodes.map(({ error }) => error)).toEqual(
      nodes.map(() => ({ code: 'TIMEOUT', text: 'no answer within 600 ms' })),
    )
    expect(record.nodes[0]?.probe_ms).toBeGreaterThan(550)
    expect(await hung.openConnections).toBe(0)
  })

  it('sends half of an answer and hangs', async () => {
    const server = tracked(await NodeServer.start((_, response) => void response.write('{"schema":')))
    expect((await errorOf({ statusUrl: server.url }))?.code).toBe('TIMEOUT')
  })

  it('closes in the middle of an answer', async () => {
    const server = tracked(
      await NodeServer.start((_, response) => {
        response.writeHead(200, { 'content-length': 1000 }).write('{"schema":')
        setTimeout(() => response.destroy(), 20)
      }),
    )
    expect((await errorOf({ statusUrl: server.url }))?.code).toBe('ECONNRESET')
  })

  it('answers with something else', async () => {
    expect((await errorOf(await answering(503, '{}')))?.code).toBe('HTTP_STATUS')
    expect((await errorOf(await answering(200, 'hello')))?.code).toBe('STATUS_INVALID')
    expect((await errorOf(await answering(200, '[]')))?.code).toBe('STATUS_INVALID')
    expect((await errorOf(await answering(200, `"${'x'.repeat(2 ** 20)}"`)))?.code).toBe('STATUS_TOO_LARGE')
  })

  it('answers with a status whose field is wrong: the field is named, its value is not', async () => {
    const document = { ...statusDocument(), window: '192.0.2.1' }
    const error = await errorOf(await answering(200, JSON.stringify(document)))
    expect(error).toEqual({ code: 'STATUS_INVALID', text: "status field 'window' is wrong: invalid_type" })
  })

  it('names no address and no folder', async () => {
    const folder = tempFolder()
    for (const node of [{ statusUrl: REFUSED }, { statusUrl: 'http://no-such-host.invalid' }, { dataDir: folder }]) {
      const error = await errorOf(node)
      expect(JSON.stringify(error)).not.toMatch(/127\.0\.0|invalid"|soak-/)
      expect(error?.text).not.toContain('no-such-host')
    }
  })
})

describe('a node known by its data directory', () => {
  function devnet(labels: string[]) {
    const root = tempFolder()
    for (const label of labels) {
      mkdirSync(join(root, label))
      writeFileSync(join(root, label, 'identity.bin'), '')
    }
    const run = (label: string, statusUrl: string, instance = INSTANCE) =>
      writeFileSync(join(root, label, 'run.json'), JSON.stringify({ pid: 1, instance, statusUrl }))
    return { root, run }
  }

  it('is found again at the port of its next start', async () => {
    const { root, run } = devnet(['moscow'])
    mkdirSync(join(root, 'no-node'))
    writeFileSync(join(root, 'moscow.txt'), '')
    const options = await devnetOptions(root)
    expect(options.path).toBe(join(root, 'soak.jsonl'))
    const poller = createPoller(options)
    const before = await poller.poll()
    run('moscow', (await servedNode('moscow', { window: 3 })).statusUrl)
    const then = await poller.poll()
    run('moscow', (await servedNode('moscow', { window: 5, instance: OTHER_INSTANCE })).statusUrl, OTHER_INSTANCE)
    const now = await poller.poll()
    rmSync(join(root, 'moscow', 'run.json'))
    const after = await poller.poll()
    expect([before, then, now, after].map(({ nodes }) => nodes[0]?.window)).toEqual([null, 3, 5, null])
    expect(before.nodes[0]?.error?.code).toBe('NOT_RUNNING')
    expect(after.nodes[0]?.error?.code).toBe('NOT_RUNNING')
  })

  it('is not confused with another process on the port that it once had', async () => {
    const { root, run } = devnet(['moscow', 'helsinki'])
    const helsinki = await servedNode('helsinki', { instance: OTHER_INSTANCE })
    run('moscow', helsinki.statusUrl, INSTANCE)
    run('helsinki', helsinki.statusUrl, OTHER_INSTANCE)
    const { nodes } = await createPoller(await devnetOptions(root)).poll()
    expect(nodes.map(({ label, error }) => [label, error?.code])).toEqual([
      ['helsinki', undefined],
      ['moscow', 'OTHER_INSTANCE'],
    ])
  })

  it('has a run.json that is not one', async () => {
    const { root } = devnet(['moscow'])
    const poller = createPoller(await devnetOptions(root))
    for (const text of ['', '{"statusUrl":', '{"statusUrl":"file:///etc/passwd","instance":"x"}', '[]']) {
      writeFileSync(join(root, 'moscow', 'run.json'), text)
      expect((await poller.poll()).nodes[0]?.error?.code).toBe('RUN_FILE_INVALID')
    }
  })

  it('is no folder without an identity', async () => {
    await expect(devnetOptions(tempFolder())).rejects.toMatchObject({ exitCode: 78, field: 'data-dir' })
    await expect(devnetOptions(join(tempFolder(), 'missing'))).rejects.toMatchObject({
      exitCode: 78,
      field: 'data-dir',
    })
  })
})

describe('options', () => {
  const path = 'soak.jsonl'
  const statusUrl = 'http://127.0.0.1:8446'

  it.each([
    ['nodes', { nodes: [] }],
    [
      'nodes',
      {
        nodes: [
          { label: 'a', statusUrl },
          { label: 'a', statusUrl },
        ],
      },
    ],
    ['nodes.0.label', { nodes: [{ label: '192.0.2.7', statusUrl }] }],
    ['nodes.0.label', { nodes: [{ label: '2001:db8::7', statusUrl }] }],
    ['nodes.0.label', { nodes: [{ label: 'a\nb', statusUrl }] }],
    ['nodes.0.label', { nodes: [{ label: '', statusUrl }] }],
    [
      'nodes.1.host',
      {
        nodes: [
          { label: 'a', statusUrl },
          { label: 'b', host: 'vm 192.0.2.7:22', statusUrl },
        ],
      },
    ],
    ['nodes.0.status_url', { nodes: [{ label: 'a', statusUrl: 'https://127.0.0.1' }] }],
    ['interval', { nodes: [{ label: 'a', statusUrl }], intervalMs: 10 }],
    ['deadline_ms', { nodes: [{ label: 'a', statusUrl }], deadlineMs: 60_000 }],
    ['host', { nodes: [{ label: 'a', statusUrl }], host: '[2001:db8::7]:22' }],
  ])('a wrong %s is named before anything is written', (field, options) => {
    expect(() => createPoller({ path, ...options })).toThrow(expect.objectContaining({ field, exitCode: 78 }))
  })

  it('another run does not go into the file of a run', async () => {
    const file = join(tempFolder(), 'soak.jsonl')
    const nodes = [await servedNode('moscow')]
    expect((await createPoller({ path: file, nodes, runId: 'one' }).poll()).run_id).toBe('one')
    await expect(createPoller({ path: file, nodes, runId: 'two' }).poll()).rejects.toMatchObject({
      exitCode: 78,
      field: 'run_id',
    })
    expect((await createPoller({ path: file, nodes }).poll()).run_id).toBe('one')
    expect(checkChain(file).records).toBe(2)
  })

  it('a folder that does not exist is a configuration error', async () => {
    const file = join(tempFolder(), 'missing', 'soak.jsonl')
    const poller = createPoller({ path: file, nodes: [{ label: 'a', statusUrl }] })
    await expect(poller.poll()).rejects.toMatchObject({ exitCode: 78, field: 'path' })
  })

  it('the line on disk is the record that was returned', async () => {
    const file = join(tempFolder(), 'soak.jsonl')
    const record = await createPoller({ path: file, nodes: [await servedNode('moscow')] }).poll()
    expect(readFileSync(file, 'utf8')).toBe(`${JSON.stringify(record)}\n`)
  })
})
