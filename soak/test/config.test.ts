import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_SOAK_PATH, loadSoakConfig, parseDuration } from '../src/index.js'
import { tempFolder } from './support/fixture.js'

function write(text: string, name = 'soak.yaml'): string {
  const file = join(tempFolder(), name)
  writeFileSync(file, text)
  return file
}

describe('durations', () => {
  it.each([
    ['5s', 5_000],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms))

  it.each(['', '5', 's', '5 m', '-5m', '+5m', '1.5h', '5M', '5min', '٥m', '5m\n', '1e3s', '9999999999s'])(
    'not %j',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )
})

describe('a configuration file', () => {
  it('in YAML, paths relative to its folder', async () => {
    const file = write(`
nodes:
  - { label: moscow, status_url: 'http://127.0.0.1:8446' }
  - { label: Ереван, host: vm-3, data_dir: nodes/armenia }
interval: 90s
deadline_ms: 5000
path: data/soak.jsonl
run_id: first
host: watcher
retention_days: 30
spool_dir: /run/elsewhere
`)
    expect(await loadSoakConfig(file)).toEqual({
      nodes: [
        { label: 'moscow', statusUrl: 'http://127.0.0.1:8446' },
        { label: 'Ереван', host: 'vm-3', dataDir: join(file, '..', 'nodes/armenia') },
      ],
      intervalMs: 90_000,
      deadlineMs: 5000,
      path: join(file, '..', 'data/soak.jsonl'),
      runId: 'first',
      retentionDays: 30,
      spoolDir: '/run/elsewhere',
      host: 'watcher',
      run: {
        time_scale: undefined,
        pq_only: true,
        collector_node: null,
        thresholds: undefined,
        claims: [],
        drills: [],
      },
    })
  })

  it('says how the run is to be judged', async () => {
    const file = write(`
nodes: [{ label: moscow, status_url: 'http://127.0.0.1:8446' }]
time_scale: 12
pq_only: false
collector_node: moscow
thresholds: mine.v2.json
claims:
  - { component: Soak watchdog, claim: live, span_s: 86400 }
  - { component: Fast-sync M7, state: absent }
drills:
  - { id: kill-moscow, kind: kill, label: moscow, duration_s: 9 }
`)
    expect((await loadSoakConfig(file)).run).toEqual({
      time_scale: 12,
      pq_only: false,
      collector_node: 'moscow',
      thresholds: join(file, '..', 'mine.v2.json'),
      claims: [
        { component: 'Soak watchdog', state: 'claimed', claim: 'live', span_s: 86_400 },
        { component: 'Fast-sync M7', state: 'absent', claim: '', span_s: null },
      ],
      drills: [{ id: 'kill-moscow', kind: 'kill', label: 'moscow', peer: null, window: null, duration_s: 9 }],
    })
  })

  it('names hosts that are asked over ssh, keys relative to its folder', async () => {
    const file = write(`
nodes:
  - label: moscow
    via: ssh
    ssh: { host: 192.0.2.1, port: 2222, user: soak, key_file: keys/moscow, known_hosts: /etc/montana/known_hosts }
`)
    const ssh = { host: '192.0.2.1', port: 2222, user: 'soak', keyFile: join(file, '..', 'keys/moscow') }
    expect((await loadSoakConfig(file)).nodes).toEqual([
      { label: 'moscow', ssh: { ...ssh, knownHosts: '/etc/montana/known_hosts' } },
    ])
  })

  it('in JSON, with defaults', async () => {
    const file = write('{"nodes": [{"label": "a", "via": "http", "status_url": "http://[::1]:8446"}]}', 'soak.json')
    expect(await loadSoakConfig(file)).toMatchObject({ path: DEFAULT_SOAK_PATH, intervalMs: undefined })
  })

  const node = 'nodes: [{label: a, status_url: "http://127.0.0.1:1"}]'

  it.each([
    ['config', '{'],
    ['config', 'a: 1\na: 2'],
    ['config', ''],
    ['nodes', 'interval: 5m'],
    ['nodes', 'nodes: []'],
    ['nodes.0', 'nodes: [{label: a}]'],
    ['nodes.0', 'nodes: [{label: a, status_url: "http://h", data_dir: b}]'],
    ['nodes.0.status_uri', 'nodes: [{label: a, status_uri: "http://h"}]'],
    ['nodes.0.via', 'nodes: [{label: a, via: ftp, status_url: "http://h"}]'],
    ['nodes.0', 'nodes: [{label: a, via: ssh, status_url: "http://h"}]'],
    ['nodes.0', 'nodes: [{label: a, via: ssh}]'],
    ['nodes.0', 'nodes: [{label: a, ssh: {host: h, user: u, key_file: k, known_hosts: n}}]'],
    ['nodes.0.ssh.user', 'nodes: [{label: a, via: ssh, ssh: {host: h, key_file: k, known_hosts: n}}]'],
    [
      'nodes.0.ssh.password',
      'nodes: [{label: a, via: ssh, ssh: {host: h, user: u, key_file: k, known_hosts: n, password: x}}]',
    ],
    ['nodes.0.ssh.host', 'nodes: [{label: a, via: ssh, ssh: {host: "-oX", user: u, key_file: k, known_hosts: n}}]'],
    ['nodes.0.label', 'nodes: [{label: 10.0.0.1, data_dir: a}]'],
    ['intervall', `${node}\nintervall: 5m`],
    ['interval', `${node}\ninterval: 5`],
    ['interval', `${node}\ninterval: 0s`],
    ['interval', `${node}\ninterval: 25h`],
    ['deadline_ms', `${node}\ndeadline_ms: ten`],
    ['deadline_ms', `${node}\ndeadline_ms: 20000`],
    ['retention_days', `${node}\nretention_days: 0`],
    ['host', `${node}\nhost: 192.0.2.1`],
  ])('names what is wrong: %s in %j', async (field, text) => {
    const error = await loadSoakConfig(write(text)).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      exitCode: 78,
      field,
      message: expect.stringContaining(field === 'config' ? 'soak.yaml' : field),
    })
    expect(error).toMatchObject({ remedy: expect.stringMatching(/./) })
  })

  it('that does not exist', async () => {
    await expect(loadSoakConfig(join(tempFolder(), 'none.yaml'))).rejects.toMatchObject({
      exitCode: 78,
      field: 'config',
    })
  })
})

describe('claims', () => {
  it('of a component that no row has are refused by name', async () => {
    const file = write('nodes: [{label: a, data_dir: a}]\nclaims: [{component: M7, state: absent}]\n')
    await expect(loadSoakConfig(file)).rejects.toMatchObject({
      exitCode: 78,
      field: 'claims.0.component',
    })
  })
})

describe('the example configuration', () => {
  it('is one', async () => {
    const options = await loadSoakConfig(join(import.meta.dirname, '..', '..', 'deploy', 'soak.example.yaml'))
    expect(options).toMatchObject({ intervalMs: 300_000, retentionDays: 90 })
    expect(options.nodes.map(({ label }) => label)).toEqual(['moscow', 'frankfurt'])
  })
})
