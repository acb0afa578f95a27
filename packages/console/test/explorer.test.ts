import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { explorerData, NO_LEDGER } from '../src/explorer/data.js'
import { exportExplorer } from '../src/explorer/export.js'
import { explorerSchema } from '../src/explorer/schema.js'
import { parseSeen, type Seen, withSamples } from '../src/explorer/seen.js'
import { type Sample, statusSchema } from '../src/mesh/status.js'
import { served, serving, tempFolder } from './support/console.js'
import { type MemberInit, memberStatus } from './support/status.js'

const NOW_S = 1_780_000_000
const DAY_S = 86_400
const never = new AbortController().signal

interface Stranger {
  readonly peer_id: string
  readonly up_s: number
  readonly heard_s: number | null
}

function answer(label: string, init: MemberInit = {}, strangers: readonly Stranger[] = []): Sample {
  const document = { ...(memberStatus({ label, ...init }) as object), strangers, supply: '7000000000000000000' }
  return { source: { label, statusUrl: 'http://127.0.0.1:1' }, status: statusSchema.parse(document), error: null }
}

function silence(label: string): Sample {
  const error = { code: 'ECONNREFUSED', text: 'nobody listens' }
  return { source: { label, statusUrl: 'http://127.0.0.1:1' }, status: null, error }
}

const data = (samples: Sample[], seen: Seen = { peers: {} }) => {
  return explorerSchema.parse(
    explorerData({ samples, seen, nowMs: NOW_S * 1_000, findingsCritical: null, ledger: NO_LEDGER }),
  )
}

describe('what a static page shows of a mesh', () => {
  it('nodes that answer, and null for what is not known of those that do not', () => {
    const { nodes, network_summary: summary } = data([answer('moscow'), silence('late')])
    expect(nodes.map(({ label, status, lag }) => [label, status, lag])).toEqual([
      ['moscow', 'active', 0],
      ['late', 'stale', null],
    ])
    expect(nodes[1]).toMatchObject({ error: 'ECONNREFUSED', current_window: null, uptime_seconds: null, D: null })
    expect(summary).toMatchObject({ active_nodes: 1, total_nodes: 2, agree: null, findings_critical: null })
  })

  it('the supply is that of one state, never a sum over nodes', () => {
    const { network_summary: summary } = data([answer('moscow'), answer('frankfurt')])
    expect(summary).toMatchObject({ total_supply_nj: '7000000000000000000', agree: true })
  })

  it('holds no address', () => {
    expect(JSON.stringify(data([answer('moscow'), silence('late')]))).not.toMatch(/127\.0\.0\.1|"host"|"remote_ip"/)
  })
})

describe('peers outside the manifest', () => {
  const stranger = (up_s: number, heard_s: number | null = 2): Stranger => ({ peer_id: '12D3Koo-x', up_s, heard_s })
  const at = (samples: Sample[], before: Seen, nowS: number) => withSamples(before, samples, nowS)

  it('are witnessed while they are connected, and first seen when they first were', () => {
    const samples = [answer('moscow', {}, [stranger(40)]), answer('frankfurt', {}, [stranger(30)])]
    const seen = at(samples, { peers: { '12D3Koo-x': { first: NOW_S - 500, last: NOW_S - 400 } } }, NOW_S)
    expect(data(samples, seen).discovered_peers).toEqual([
      {
        ...{ peer_id: '12D3Koo-x', label: null, witnessed_by: ['frankfurt', 'moscow'], status: 'active' },
        ...{ last_heartbeat_seconds_ago: 2, first_seen_unix: NOW_S - 500, connected_seconds: 40 },
      },
    ])
  })

  it('age zero is a value, and a peer that stops answering is stale although it is connected', () => {
    const fresh = [answer('moscow', {}, [stranger(40, 0)])]
    expect(data(fresh, at(fresh, { peers: {} }, NOW_S)).discovered_peers[0]).toMatchObject({
      ...{ last_heartbeat_seconds_ago: 0, status: 'active', first_seen_unix: NOW_S - 40 },
    })
    const frozen = [answer('moscow', {}, [stranger(90, 26)])]
    expect(data(frozen, at(frozen, { peers: {} }, NOW_S)).discovered_peers[0]?.status).toBe('stale')
  })

  it('are stale once nobody is connected to them, and forgotten after seven days', () => {
    const seen = at([answer('moscow', {}, [stranger(40)])], { peers: {} }, NOW_S - 60)
    const later = at([answer('moscow')], seen, NOW_S)
    expect(data([answer('moscow')], later).discovered_peers).toMatchObject([
      { status: 'stale', witnessed_by: [], last_heartbeat_seconds_ago: 62, connected_seconds: null },
    ])
    expect(at([], seen, NOW_S + 7 * DAY_S)).toEqual({ peers: {} })
  })

  it.each([
    ['an age before there was a clock', 1e308, null, undefined],
    ['a time that is yet to come', 10, -1e308, { first: NOW_S - 10, last: NOW_S }],
  ])('are never given %s by a node that lies', (_, up_s, heard_s, expected) => {
    const samples = [answer('liar', {}, [stranger(up_s, heard_s)])]
    const seen = withSamples({ peers: {} }, samples, NOW_S)
    expect(seen.peers['12D3Koo-x']).toEqual(expected)
    expect(() => data(samples, seen)).not.toThrow()
    expect(at([], seen, NOW_S + 7 * DAY_S)).toEqual({ peers: {} })
  })

  it('a cache that cannot be read is begun anew', () => {
    expect(parseSeen('{"peers":')).toEqual({ peers: {} })
    expect(parseSeen('{"peers":{"a":{"first":"x","last":1}}}')).toEqual({ peers: {} })
  })
})

describe('the export', () => {
  it('can be read at any instant, by anybody, and goes on with what it knew', async () => {
    const { source } = await served('moscow')
    const out = join(tempFolder(), 'data.json')
    const options = { nodes: [source], out, soakPath: join(tempFolder(), 'soak.jsonl'), signal: never }
    await exportExplorer(options)
    let isWriting = true
    const writing = (async () => {
      for (let exports = 0; exports < 40; exports++) await exportExplorer(options)
      isWriting = false
    })()
    let reads = 0
    while (isWriting || reads < 10_000) {
      for (let i = 0; i < 100; i++, reads++) JSON.parse(readFileSync(out, 'utf8'))
      await new Promise(setImmediate)
    }
    await writing
    expect(statSync(out).mode & 0o777).toBe(0o644)
    expect(explorerSchema.parse(JSON.parse(readFileSync(out, 'utf8'))).nodes[0]?.status).toBe('active')
  })

  it('shows the others where one node answers with amounts that are none', async () => {
    const lying = (balance: unknown, supply: unknown) => ({ ...memberStatus({ label: 'liar' }), balance, supply })
    const sources = [
      (await served('moscow')).source,
      (await serving('words', () => lying('much', '1'))).source,
      (await serving('debts', () => lying('1', '-1'))).source,
      (await serving('endless', () => lying('1', '9'.repeat(200)))).source,
    ]
    const out = join(tempFolder(), 'data.json')
    const soakPath = join(tempFolder(), 'soak.jsonl')
    const { nodes } = await exportExplorer({ nodes: sources, out, soakPath, signal: never })
    expect(nodes.map(({ label, status, error }) => [label, status, error])).toEqual([
      ['moscow', 'active', undefined],
      ...['words', 'debts', 'endless'].map((label) => [label, 'stale', 'STATUS_INVALID']),
    ])
  })

  it('names the file that it cannot write', async () => {
    const options = { nodes: [], soakPath: '/nowhere/soak.jsonl', signal: never }
    await expect(exportExplorer({ ...options, out: '/nowhere/data.json' })).rejects.toMatchObject({
      field: 'out',
      message: expect.stringContaining('/nowhere/data.json'),
    })
  })
})
