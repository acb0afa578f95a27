import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ConfigError } from '@montana/foundation'
import { describe, expect, it, onTestFinished } from 'vitest'
import { NodeServer } from '../../../soak/test/support/node-server.js'
import type { ErrorView, MeshView, SoakView } from '../src/api/views.js'
import { startConsole } from '../src/index.js'
import { ask, served, serving, started, stubPage, tempFolder } from './support/console.js'
import { line } from './support/records.js'
import { memberStatus } from './support/status.js'

const json = <T>(text: string) => JSON.parse(text) as T

function errorOf(text: string): ErrorView['error'] {
  return json<ErrorView>(text).error
}

/** A port that somebody else holds. */
async function takenPort(): Promise<number> {
  const server: Server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return (server.address() as { port: number }).port
}

describe('/api/mesh', () => {
  it('shows what the nodes say, by the labels of the configuration', async () => {
    const nodes = [await served('moscow', { window: 12 }), await served('frankfurt', { window: 11 })]
    const { url } = await started({ nodes: nodes.map(({ source }) => source) })
    const { status, text } = await ask(`${url}/api/mesh`)
    const mesh = json<MeshView>(text)
    expect(status).toBe(200)
    expect(mesh).toMatchObject({ network: 'montana-devnet', head: { label: 'moscow', window: 12 } })
    expect(mesh.nodes.map(({ label, window, lag, rssBytes }) => [label, window, lag, rssBytes])).toEqual([
      ['moscow', 12, 0, 1e8],
      ['frankfurt', 11, 1, 1e8],
    ])
  })

  it('finds a node through the run file of its data directory, and tells when another process answers there', async () => {
    const { server } = await served('moscow')
    const dataDir = tempFolder()
    const run = (instance: string) =>
      writeFileSync(join(dataDir, 'run.json'), JSON.stringify({ statusUrl: server.url, instance }))
    const { url } = await started({ nodes: [{ label: 'moscow', dataDir }] })
    const node = async () => json<MeshView>((await ask(`${url}/api/mesh`)).text).nodes[0]
    expect((await node())?.error?.code).toBe('NOT_RUNNING')
    run(memberStatus().proc.instance)
    await delay(300)
    expect((await node())?.window).toBe(10)
    run('0b9a9f1c-3f55-4c1e-8f53-6d7a0b6f4a20')
    await delay(300)
    expect((await node())?.error?.code).toBe('OTHER_INSTANCE')
  })

  it('shows the others when one node hangs, answers nonsense, too much, or is gone', async () => {
    const hanging = await NodeServer.start(() => {})
    const nonsense = await serving('nonsense', () => ({ schema: 'other' }))
    const huge = await serving('huge', () => ({ text: 'x'.repeat(2 ** 20) }))
    const gone = await NodeServer.serving(() => ({}))
    const goneUrl = gone.url
    await gone.stop()
    onTestFinished(() => hanging.stop())
    const nodes = [
      (await served('moscow')).source,
      { label: 'hanging', statusUrl: hanging.url },
      ...[nonsense.source, huge.source, { label: 'gone', statusUrl: goneUrl }],
    ]
    const { url } = await started({ nodes })
    const startedMs = performance.now()
    const mesh = json<MeshView>((await ask(`${url}/api/mesh`)).text)
    expect(performance.now() - startedMs).toBeLessThan(3_000)
    expect(mesh.nodes.map(({ error }) => error?.code ?? null)).toEqual([
      ...[null, 'TIMEOUT', 'STATUS_INVALID', 'STATUS_TOO_LARGE', 'ECONNREFUSED'],
    ])
  })

  it('asks a node once for readers that come together', async () => {
    const { server, source } = await served('moscow')
    const { url } = await started({ nodes: [source] })
    await Promise.all(Array.from({ length: 8 }, () => ask(`${url}/api/mesh`)))
    expect(server.requests).toHaveLength(1)
  })

  it('never tells an address', async () => {
    const { source } = await served('moscow')
    const { url } = await started({ nodes: [source, { label: 'gone', statusUrl: 'http://127.0.0.1:9' }] })
    const { text } = await ask(`${url}/api/mesh`)
    expect(text).not.toMatch(/127\.0\.0\.1|localhost|http:|:\d{4,5}\b"|\/tmp/)
  })
})

describe('/api/soak', () => {
  it('is not there without a soak file, and empty before the first record', async () => {
    const without = await started()
    expect((await ask(`${without.url}/api/soak`)).status).toBe(404)
    const { url } = await started({ soakPath: join(tempFolder(), 'soak.jsonl') })
    const view = json<SoakView>((await ask(`${url}/api/soak`)).text)
    expect(view).toMatchObject({ exists: false, run: null, coverage: null, chain: null, report: null })
  })

  it('gives the last records that were asked for', async () => {
    const soakPath = join(tempFolder(), 'soak.jsonl')
    writeFileSync(soakPath, [0, 1, 2, 3].map((seq) => line({ seq })).join(''))
    const { url } = await started({ soakPath })
    const view = json<SoakView>((await ask(`${url}/api/soak?limit=3`)).text)
    expect(view.series.t).toHaveLength(3)
    expect(view.coverage).toMatchObject({ expected: 3, valid: 3, isWholeRun: false })
    expect(view.run).toMatchObject({ records: 4, timeScale: null })
  })

  it.each(['0', '-1', '2017', '1e3', 'x', '', '5&limit=6'])('refuses limit=%s', async (limit) => {
    const { url } = await started({ soakPath: join(tempFolder(), 'soak.jsonl') })
    const { status, text } = await ask(`${url}/api/soak?limit=${limit}`)
    expect([status, errorOf(text).code, errorOf(text).field]).toEqual([422, 'FIELD_INVALID', 'limit'])
  })
})

describe('/report/', () => {
  async function withReport() {
    const folder = tempFolder()
    mkdirSync(join(folder, 'report'))
    writeFileSync(join(folder, 'report', 'report.html'), '<!doctype html><style>p{}</style>')
    writeFileSync(join(folder, 'report', 'secret.txt'), 'secret')
    writeFileSync(join(folder, 'secret.txt'), 'secret')
    return await started({ soakPath: join(folder, 'soak.jsonl') })
  }

  it('is served as it is, unable to run or load anything', async () => {
    const { url } = await withReport()
    const { status, text, headers } = await ask(`${url}/report/report.html`)
    expect([status, text]).toEqual([200, '<!doctype html><style>p{}</style>'])
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*sandbox/)
  })

  it.each(['secret.txt', '..%2fsecret.txt', '../secret.txt', 'report.json', 'constructor', ''])(
    'has nothing else: %s',
    async (name) => {
      const { url } = await withReport()
      const { status, text } = await ask(`${url}/report/${name}`)
      expect([status, errorOf(text).code]).toEqual([404, 'NOT_FOUND'])
    },
  )
})

describe('every answer', () => {
  it('forbids what the page does not need', async () => {
    const { url } = await started()
    for (const path of ['/', '/api/mesh', '/nothing', '/assets/a.js', '/healthz', '/%zz']) {
      const { headers } = await ask(url + path)
      expect(headers['content-security-policy'], path).toContain("default-src 'self'")
      expect(headers['content-security-policy'], path).not.toContain('unsafe')
      expect(headers['x-content-type-options'], path).toBe('nosniff')
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  })

  it('keeps nothing in caches but what is named by its content', async () => {
    const { url } = await started()
    expect((await ask(`${url}/`)).headers['cache-control']).toBe('no-store')
    expect((await ask(`${url}/api/mesh`)).headers['cache-control']).toBe('no-store')
    expect((await ask(`${url}/assets/a.js`)).headers['cache-control']).toContain('immutable')
  })

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s', async (method) => {
    const { url } = await started()
    for (const path of ['/api/mesh', '/', '/nothing']) {
      const { status, text, headers } = await ask(url + path, {}, method)
      expect([status, errorOf(text).code, headers.allow]).toEqual([405, 'METHOD', 'GET, HEAD'])
    }
  })

  it('is refused under a foreign name, before any node is asked', async () => {
    const { server, source } = await served('moscow')
    const { url } = await started({ nodes: [source] })
    for (const host of ['evil.example', 'evil.example:8447', '127.0.0.1.evil.example', '10.0.0.1']) {
      const { status, text } = await ask(`${url}/api/mesh`, { host })
      expect([host, status, errorOf(text).code]).toEqual([host, 403, 'HOST'])
    }
    expect(server.requests).toEqual([])
    for (const host of ['localhost:9000', '127.0.0.1', '[::1]:8447', 'LOCALHOST'])
      expect((await ask(`${url}/api/mesh`, { host })).status, host).toBe(200)
  })

  it('is refused to pages of other sites, while links to the page work', async () => {
    const { url } = await started()
    const from = (site: string) => ({ 'sec-fetch-site': site })
    expect((await ask(`${url}/api/events`, from('cross-site'))).status).toBe(403)
    expect((await ask(`${url}/api/mesh`, from('same-site'))).status).toBe(403)
    expect((await ask(`${url}/%61pi/mesh`, from('cross-site'))).status).toBe(403)
    expect((await ask(`${url}/api/mesh`, from('same-origin'))).status).toBe(200)
    expect((await ask(`${url}/`, from('cross-site'))).status).toBe(200)
  })

  it('names the routes where there is none', async () => {
    const { url } = await started()
    const { status, text } = await ask(`${url}/api/nothing?x=1`)
    expect(status).toBe(404)
    expect(errorOf(text)).toMatchObject({ code: 'NOT_FOUND', message: 'no route /api/nothing' })
    expect(errorOf(text).remedy).toContain('/api/mesh')
  })

  it.each([
    ['garbage\r\n\r\n', 400, 'is not HTTP'],
    [`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 431, 'too large'],
    ['GET / HTTP/1.1\r\nhost: local', 408, 'in time'],
    ['CONNECT localhost:1 HTTP/1.1\r\nhost: localhost\r\n\r\n', 405, 'no proxy'],
    ['GET / HTTP/1.1\r\nhost: localhost\r\nexpect: nonsense\r\n\r\n', 417, 'expects'],
    ['GET / HTTP/1.1\r\nconnection: close\r\n\r\n', 403, 'foreign name'],
  ])(
    'is an error of the usual form where the request is no whole HTTP: %#',
    async (bytes, status, words) => {
      const { url } = await started()
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.write(bytes)
      await new Promise((resolve) => socket.once('close', resolve))
      expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
      expect(text).toMatch(/\r\nx-content-type-options: nosniff\r\n/)
      expect(errorOf(text.slice(text.indexOf('{')))).toMatchObject({
        code: status === 403 ? 'HOST' : 'USAGE',
        message: expect.stringContaining(words),
      })
    },
    10_000,
  )
})

describe('where it listens', () => {
  it.each(['0.0.0.0', '::', '[::]', '10.1.2.3', 'example.org', ''])('refuses %s', async (host) => {
    const pageDir = stubPage()
    await expect(startConsole({ nodes: [], port: 0, pageDir, host })).rejects.toThrow(ConfigError)
  })

  it('takes no address that is every address, even where others are allowed', async () => {
    const options = { nodes: [], port: 0, pageDir: stubPage(), host: '0.0.0.0', allowRemote: true }
    await expect(startConsole(options)).rejects.toThrow('every address')
  })

  it('names a port that is taken, or takes another where that is allowed', async () => {
    const port = await takenPort()
    const options = { nodes: [], port, pageDir: stubPage() }
    await expect(startConsole(options)).rejects.toThrow(`127.0.0.1:${port} is in use`)
    const { url } = await started({ port, orFreePort: true })
    expect(new URL(url).port).not.toBe(String(port))
    expect((await ask(`${url}/healthz`)).text).toBe('ok\n')
  })

  it('says that the page is not built', async () => {
    await expect(startConsole({ nodes: [], port: 0, pageDir: tempFolder() })).rejects.toThrow('not built')
  })
})
