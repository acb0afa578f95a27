import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { NodeServer } from '../../../soak/test/support/node-server.js'
import { type Followed, type Found, follow } from '../page/src/static/follow.js'
import type { ExplorerData } from '../src/api/data-views.js'
import { exportExplorer } from '../src/explorer/export.js'
import { missingPageFiles } from '../src/explorer/static-page.js'
import { serving, tempFolder } from './support/console.js'
import { hashOf, memberStatus } from './support/status.js'

const UPDATED_S = 1_780_000_000
const PAGE_DIR = join(import.meta.dirname, '..', 'dist', 'static-page')
const never = new AbortController().signal
const START: Followed = { data: null, ageS: null, state: 'asking' }
const data = { schema: 'montana.explorer/1', updated_unix: UPDATED_S } as ExplorerData
const after = (seconds: number): Found => ({ data, serverTimeS: UPDATED_S + seconds })

describe('the page beside data.json', () => {
  it('says when the file is not renewed any more, and keeps what it said', () => {
    expect(follow(START, after(0))).toEqual({ data, ageS: 0, state: 'live' })
    expect(follow(START, after(150)).state).toBe('live')
    const old = follow(START, after(151))
    expect(old).toEqual({ data, ageS: 151, state: 'old' })
    expect(follow(old, after(3)).state).toBe('live')
  })

  it('says when there is no answer, or never was one', () => {
    expect(follow(START, null)).toEqual({ data: null, ageS: null, state: 'missing' })
    expect(follow(follow(START, after(1)), null)).toEqual({ data, ageS: 1, state: 'missing' })
  })

  it('a clock that is behind the one of the export makes no negative age', () => {
    expect(follow(START, after(-40)).ageS).toBe(0)
  })
})

describe('the files of the page', () => {
  it('are put beside data.json once, the entry last, readable by anybody', async () => {
    const folder = tempFolder()
    const { source } = await serving('moscow', () => memberStatus())
    const options = { nodes: [source], out: join(folder, 'data.json'), soakPath: join(folder, 'soak.jsonl') }
    expect((await missingPageFiles(folder, PAGE_DIR)).at(-1)?.name).toBe('index.html')
    await exportExplorer({ ...options, signal: never, page: true, pageDir: PAGE_DIR })
    expect(readdirSync(folder).sort()).toEqual([
      ...['data.json', 'explorer.css', 'explorer.js', 'icon.svg', 'index.html', 'seen.json'],
    ])
    expect(statSync(join(folder, 'explorer.js')).mode & 0o777).toBe(0o644)
    expect(statSync(join(folder, 'seen.json')).mode & 0o777).toBe(0o600)
    expect(await missingPageFiles(folder, PAGE_DIR)).toEqual([])
    const page = readFileSync(join(folder, 'index.html'), 'utf8')
    expect(page.match(/(?:src|href)="([^"]+)"/g)).toEqual([
      ...['href="./icon.svg"', 'src="./explorer.js"', 'href="./explorer.css"'],
    ])
  })

  it('of another version are replaced', async () => {
    const [folder, from] = [tempFolder(), tempFolder()]
    mkdirSync(from, { recursive: true })
    for (const name of ['index.html', 'a.js']) writeFileSync(join(from, name), 'new')
    writeFileSync(join(folder, 'a.js'), 'old')
    writeFileSync(join(folder, 'index.html'), 'new')
    expect((await missingPageFiles(folder, from)).map(({ name }) => name)).toEqual(['a.js'])
  })

  it('that were not built are said to be missing', async () => {
    await expect(missingPageFiles(tempFolder(), tempFolder())).rejects.toMatchObject({ field: 'page' })
  })
})

describe('what data.json says of the ledger', () => {
  const name = { node_id: hashOf(1, 'a'), label: 'moscow' }
  const genesis = { network_name: 'net', genesis_hash: hashOf(2, 'b') }
  const weights = { window: 9, active_nodes: 1, total_chain_length: 8, quorum: 6 }
  const distribution = [{ ...name, weight: 8, share_permille: 1000, confirmed: true }]
  const winner = { window: 8, winner: name, drawn: true, endpoint: 'x' }

  const exported = async (answers: Readonly<Record<string, unknown>>) => {
    const folder = tempFolder()
    const server = await NodeServer.serving(({ pathname }) => answers[pathname] ?? memberStatus())
    onTestFinished(() => server.stop())
    const nodes = [{ label: 'moscow', statusUrl: server.url }]
    const options = { nodes, out: join(folder, 'data.json'), soakPath: join(folder, 'soak.jsonl'), signal: never }
    return (await exportExplorer(options)).ledger
  }

  it('is what the node at the head says, and no more than that', async () => {
    const answers = {
      '/api/genesis': { ...genesis, peers: [{ multiaddr: '/ip4/127.0.0.1/tcp/1' }] },
      '/api/consensus': { ...weights, distribution, rule: 'vote' },
      '/api/winners': { head: 8, winners: [winner], next: null },
    }
    expect(await exported(answers)).toEqual({
      genesis,
      consensus: { ...weights, distribution: [{ ...name, weight: 8, share_permille: 1000 }] },
      winners: [{ ...name, window: 8, drawn: true }],
    })
  })

  it('is null in each part that the node does not say, or says in another form', async () => {
    expect(await exported({ '/api/winners': { winners: [{ ...winner, window: -1 }] } })).toEqual({
      ...{ genesis: null, consensus: null, winners: null },
    })
    expect((await exported({ '/api/genesis': genesis })).genesis).toEqual(genesis)
  })
})
