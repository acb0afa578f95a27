import { chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { montana, startMontana, temporaryFolder, until } from '../../../test/e2e/support/montana.js'

/** A folder that looks like that of a devnet whose nodes do not run. */
function devnetFolder(): string {
  const dir = temporaryFolder()
  for (const label of ['moscow', 'frankfurt']) {
    mkdirSync(join(dir, label))
    writeFileSync(join(dir, label, 'identity.bin'), '')
  }
  return dir
}

async function takenPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  return (server.address() as { port: number }).port
}

describe('montana console', () => {
  it('serves until it is stopped, also with a page open', async () => {
    const { child, finished } = startMontana(['console', '--data-dir', devnetFolder(), '--port', '0', '--json'])
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
    })
    await until(() => output.endsWith('\n'), 10_000, 'it says where it is')
    const { console: url, nodes } = JSON.parse(output) as { console: string; nodes: string[] }
    expect(nodes).toEqual(['frankfurt', 'moscow'])
    const events = await fetch(`${url}/api/events`)
    const mesh = (await (await fetch(`${url}/api/mesh`)).json()) as { nodes: { error: { code: string } }[] }
    expect(mesh.nodes.map(({ error }) => error.code)).toEqual(['NOT_RUNNING', 'NOT_RUNNING'])
    const stoppedMs = performance.now()
    child.kill('SIGINT')
    expect((await finished).code).toBe(0)
    expect(performance.now() - stoppedMs).toBeLessThan(2_000)
    await events.body?.cancel().catch(() => {})
  })

  it('is enough with the sockets of agents, and tells which of them do not answer by the folders of their sockets', async () => {
    const dir = temporaryFolder()
    const sockets = ['amsterdam', 'spb'].flatMap((host) => ['--failover-socket', join(dir, host, 'failover.sock')])
    const { child, finished } = startMontana(['console', ...sockets, '--port', '0', '--json'])
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
    })
    await until(() => output.endsWith('\n'), 10_000, 'it says where it is')
    const { console: url } = JSON.parse(output) as { console: string }
    const text = await (await fetch(`${url}/api/failover`)).text()
    const { agents } = JSON.parse(text) as { agents: { label: string; error: { code: string } }[] }
    expect(agents.map(({ label, error }) => [label, error.code])).toEqual([
      ['amsterdam', 'ENOENT'],
      ['spb', 'ENOENT'],
    ])
    expect(text).not.toContain(dir)
    child.kill('SIGINT')
    expect((await finished).code).toBe(0)
  })

  it.each([
    [['--token-file', 'token'], /^console: \S+ {2}\(2 nodes; Ctrl-C ends it\)\nconsole token: \S+\/token\n$/],
    [[], /\nread-only: nothing changes without --token-file FILE\n$/],
  ])('says where the token stands that the page asks for, and never the token: %j', async (flags, words) => {
    const dir = temporaryFolder()
    const named = flags.map((flag) => (flag === 'token' ? join(dir, flag) : flag))
    const { child, finished } = startMontana(['console', '--data-dir', devnetFolder(), '--port', '0', ...named])
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
    })
    await until(() => output.split('\n').length > 2, 10_000, 'it says where it is')
    child.kill('SIGINT')
    expect((await finished).code).toBe(0)
    expect(output).toMatch(words)
    for (const name of readdirSync(dir)) expect(output).not.toContain(readFileSync(join(dir, name), 'utf8').trim())
  })

  it.each([
    [['--port', '65536'], 2, 'port'],
    [['--port', 'http'], 2, 'port'],
    [['--failover-socket', 'a.sock', '--failover-socket', './a.sock'], 2, 'failover-socket'],
    [['--listen', '0.0.0.0'], 78, 'listen'],
    [['--listen', '10.1.2.3'], 78, 'listen'],
  ])('refuses %j with %d', async (flags, code, field) => {
    const run = await montana(['console', '--data-dir', devnetFolder(), '--json', ...flags])
    expect(run.code).toBe(code)
    expect(JSON.parse(run.stdout).error.field).toBe(field)
  })

  it.skipIf(process.getuid?.() !== 0)('takes no token that another user has put there', async () => {
    const tokenFile = join(temporaryFolder(), 'token')
    writeFileSync(tokenFile, `${'known'.repeat(8)}\n`, { mode: 0o600 })
    chownSync(tokenFile, 65_534, 65_534)
    const run = await montana(['console', '--data-dir', devnetFolder(), '--port', '0', '--token-file', tokenFile])
    expect([run.code, run.stdout]).toEqual([78, ''])
    expect(run.stderr).toContain('belongs to another user')
    expect(run.stderr).not.toContain('knownknown')
  })

  it('names a port that is taken', async () => {
    const port = await takenPort()
    const run = await montana(['console', '--data-dir', devnetFolder(), '--port', String(port)])
    expect([run.code, run.stdout]).toEqual([78, ''])
    expect(run.stderr).toMatch(new RegExp(`^error: console address 127.0.0.1:${port} is in use; [^\\n]+\\n$`))
  })
})

describe('montana devnet', () => {
  it('ends before anything has begun where the port that was asked for is taken', async () => {
    const dir = temporaryFolder()
    const run = await montana(['devnet', '--data-dir', dir, '--console-port', String(await takenPort()), '--json'])
    expect(run.code).toBe(78)
    expect(JSON.parse(run.stdout).error.field).toBe('port')
    expect(readdirSync(join(dir, 'moscow'))).not.toContain('node.log')
  })

  it('tells in its object where the page was, and null without one', async () => {
    const run = ['devnet', '--data-dir', temporaryFolder(), '--windows', '1', '--min-window-ms', '500', '--json']
    const withPage = JSON.parse((await montana(run)).stdout)
    expect(withPage).toMatchObject({ verdict: 'PASS', console: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) })
    const without = JSON.parse((await montana([...run, '--no-console'])).stdout)
    expect(without).toMatchObject({ verdict: 'PASS', console: null })
  }, 60_000)
})
