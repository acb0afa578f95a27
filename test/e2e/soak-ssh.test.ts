import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createPoller, type NodeSource, type SoakNode, type SshTarget } from '@montana/soak'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { NodeServer } from '../../soak/test/support/node-server.js'
import { hashOf, statusDocument, windowEntry } from '../../soak/test/support/status.js'
import { Sshd, whyNoSshd } from './support/sshd.js'

const MAIN = join(import.meta.dirname, '..', '..', 'packages', 'cli', 'dist', 'main.js')
const reason = whyNoSshd()
if (reason !== undefined) process.stderr.write(`soak over ssh is skipped: ${reason}\n`)

describe.skipIf(reason !== undefined)('soak over ssh', () => {
  let root: string
  let sshd: Sshd
  let server: NodeServer
  let folder: string
  let asked: URL[]

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'soak ssh-'))
    sshd = await Sshd.start(root)
  })

  afterAll(async () => {
    await sshd?.stop()
    rmSync(root, { recursive: true, force: true })
  })

  beforeEach(async () => {
    folder = mkdtempSync(join(root, 'case-'))
    asked = []
    server = await NodeServer.serving((url) => {
      asked.push(url)
      const at = Number(url.searchParams.get('window'))
      const document = statusDocument({ label: 'moscow', window: 100, recent: 2 })
      return at > 0 ? { ...document, at_window: windowEntry(at, Date.now()) } : document
    })
    await sshd.force(probeCommand(server.url))
  })

  afterEach(async () => {
    await server.stop()
  })

  /** The forced command of a node whose status is at `url`; a script may stand in for a program of a host with systemd. */
  function probeCommand(url: string, script?: string, name = 'systemctl'): string {
    const path = script === undefined ? '' : `PATH='${standIn(name, script)}':"$PATH" `
    return `${path}'${process.execPath}' '${MAIN}' soak probe --status-url ${url}`
  }

  function standIn(name: string, script: string): string {
    const bin = join(folder, 'bin')
    mkdirSync(bin)
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(bin, name), 0o755)
    return bin
  }

  interface Poll {
    readonly deadlineMs?: number
    readonly others?: readonly NodeSource[]
    readonly signal?: AbortSignal
  }

  async function poll(ssh: SshTarget, { deadlineMs = 10_000, others = [], signal }: Poll = {}): Promise<SoakNode> {
    const path = join(folder, 'soak.jsonl')
    const poller = createPoller({ path, deadlineMs, nodes: [{ label: 'moscow', ssh }, ...others] })
    const { nodes } = await poller.poll(signal)
    const line = readFileSync(path, 'utf8')
    for (const secret of [ssh.host, String(ssh.port), ssh.user, ssh.keyFile, root])
      expect(line).not.toContain(`"${secret}`)
    expect(line).not.toMatch(/127\.0\.0\.1|\.invalid/)
    const [node] = nodes
    if (!node) throw new Error('no node')
    return node
  }

  /** What a key is answered for other words. */
  function ask(...words: string[]) {
    const { host, port, user, keyFile, knownHosts } = sshd.target
    const options = [
      '-F',
      'none',
      '-T',
      '-o',
      `UserKnownHostsFile="${knownHosts}"`,
      '-o',
      'BatchMode=yes',
      '-o',
      'IdentitiesOnly=yes',
    ]
    const args = [...options, '-i', keyFile, '-p', String(port), '-l', user, host, ...words]
    return spawnSync('ssh', args, { encoding: 'utf8', input: 'touch stdin-was-run\n', timeout: 20_000 })
  }

  it('a poll records the node as one that is asked directly', async () => {
    const node = await poll(sshd.target)
    expect(node).toMatchObject({ label: 'moscow', host: 'moscow', reachable: true, error: null, window: 100 })
    expect(node).toMatchObject({ active: 'active', proc: { restarts: null, result: null }, lag: 0 })
    expect(Math.abs(node.clock_offset_ms ?? Number.NaN)).toBeLessThanOrEqual((node.clock_error_ms ?? 0) + 1)
  })

  it('the hashes at the common window are asked for', async () => {
    const slow = await NodeServer.serving(() => statusDocument({ label: 'armenia', window: 7 }))
    const node = await poll(sshd.target, { others: [{ label: 'armenia', statusUrl: slow.url }] })
    await slow.stop()
    expect(node.common).toEqual({ header_hash: hashOf(7, 'a'), state_root: hashOf(7, 'b'), reason: null })
    expect(asked.map((url) => url.search)).toEqual(['', '?window=7'])
  })

  /** A host with systemd, as far as `systemctl show` of that unit tells. */
  function unitShown(properties: Record<string, string | number>): string {
    const lines = Object.entries({ LoadState: 'loaded', ...properties }).map(([name, value]) => `echo ${name}=${value}`)
    return `[ "$1 $3 $4" = "show -- montana-node.service" ] || exit 1\n${lines.join('\n')}`
  }

  it('what the service manager knows fills what the node cannot', async () => {
    const facts = {
      ActiveState: 'active',
      NRestarts: 3,
      Result: 'success',
      ExecMainStartTimestampMonotonic: 17_000_000,
    }
    await sshd.force(probeCommand(server.url, unitShown(facts)))
    expect(await poll(sshd.target)).toMatchObject({ active: 'active', proc: { restarts: 3, result: 'success' } })
  })

  it('a node that does not answer on its host is unreachable, and its unit is still known', async () => {
    const facts = { ActiveState: 'failed', NRestarts: 9, Result: 'exit-code' }
    await sshd.force(probeCommand('http://127.0.0.1:1', unitShown(facts)))
    const node = await poll(sshd.target)
    expect(node).toMatchObject({ reachable: false, active: 'failed', window: null, error: { code: 'ECONNREFUSED' } })
  })

  it.each([
    ['another key of the host', () => sshd.withOtherHostKey(), 'SSH_HOST_KEY'],
    ['no key of the host', () => sshd.withoutHostKey(), 'SSH_HOST_KEY'],
    ['another key of ours', () => sshd.withOtherClientKey(), 'SSH_AUTH'],
    ['a key that is missing', () => ({ ...sshd.target, keyFile: join(root, 'none') }), 'SSH_AUTH'],
    ['a port where nobody listens', () => ({ ...sshd.target, port: 1 }), 'SSH_UNREACHABLE'],
    ['a name that nobody has', () => ({ ...sshd.target, host: 'no-such-host.invalid' }), 'SSH_UNREACHABLE'],
  ])('%s is refused', async (_, target, code) => {
    const node = await poll(await target())
    expect(node).toMatchObject({ reachable: false, error: { code }, active: 'unknown' })
    expect(asked).toEqual([])
  })

  it.each([
    ['reboot'],
    ['probe; touch was-run'],
    ['probe --window $(touch was-run)'],
    ['digest --since 1h --file /etc/passwd'],
    ['internal-sftp'],
    [''],
  ])('nothing else is run: %j', (words) => {
    const { status, stdout, stderr } = ask(...(words === '' ? [] : [words]))
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^error: /)
    expect(stderr).not.toContain('was-run')
    expect(asked).toEqual([])
    for (const name of ['was-run', 'stdin-was-run'])
      expect(existsSync(join(process.env.HOME ?? '/root', name))).toBe(false)
  })

  it('a digest of the journal of its unit is the other thing that a key may ask for', async () => {
    const entry = {
      __REALTIME_TIMESTAMP: '1790000000000000',
      _SYSTEMD_UNIT: 'montana-node.service',
      MESSAGE: 'from 192.0.2.1',
    }
    await sshd.force(probeCommand(server.url, `echo '${JSON.stringify(entry)}'`, 'journalctl'))
    const { status, stdout } = ask('digest --since 1h')
    // Older than an hour: read, and left out.
    expect([status, JSON.parse(stdout).entries]).toEqual([0, []])
    expect(JSON.parse(ask('digest --since 2020-01-01T00:00:00Z').stdout)).toMatchObject({
      ...{ schema: 'montana.digest/1', source: 'journald' },
      entries: [{ unit: 'montana-node.service', template: 'from <ip>', sample: 'from <ip>' }],
    })
  })

  it('a host that refuses the words is recorded so', async () => {
    await sshd.force('exit 2')
    expect(await poll(sshd.target)).toMatchObject({ reachable: false, error: { code: 'SSH_REFUSED' } })
    await sshd.force('exit 3')
    expect(await poll(sshd.target)).toMatchObject({ reachable: false, error: { code: 'SSH_PROBE_FAILED' } })
    await sshd.force('echo hello')
    expect(await poll(sshd.target)).toMatchObject({ reachable: false, error: { code: 'PROBE_INVALID' } })
  })

  it('a probe that hangs ends with the deadline, and so does ssh', async () => {
    await sshd.force('sleep 30')
    const started = performance.now()
    const node = await poll(sshd.target, { deadlineMs: 1_000 })
    expect(performance.now() - started).toBeLessThan(3_000)
    expect(node).toMatchObject({ reachable: false, error: { code: 'TIMEOUT' } })
    await expectNoSshLeft()
  })

  it('a node that hangs is told by its host before the deadline', async () => {
    await server.stop()
    server = await NodeServer.start(() => {})
    await sshd.force(probeCommand(server.url))
    expect(await poll(sshd.target)).toMatchObject({ reachable: false, error: { code: 'TIMEOUT' } })
  })

  it('an abort ends ssh, and no record is left', async () => {
    await sshd.force('sleep 30')
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 500)
    await expect(poll(sshd.target, { signal: controller.signal })).rejects.toMatchObject({ name: 'AbortError' })
    await expectNoSshLeft()
  })

  it.each([
    ['2 MiB', 'head -c 2097152 /dev/zero'],
    ['no end', 'yes'],
    ['2 MiB of faults', 'head -c 2097152 /dev/zero >&2; yes'],
  ])('an answer of %s is refused', async (_, command) => {
    await sshd.force(command)
    expect(await poll(sshd.target)).toMatchObject({ reachable: false, error: { code: 'TOO_LARGE' } })
    await expectNoSshLeft()
  })

  it('what a host tells is published without addresses', async () => {
    const error = { code: 'E at 192.0.2.1', text: 'dial 192.0.2.1 and 2001:db8::1' }
    await sshd.force(`echo '${JSON.stringify({ schema: 'montana.probe/1', status: null, unit: null, error })}'`)
    const node = await poll(sshd.target)
    expect(node.error).toEqual({ code: 'STATUS_INVALID', text: 'dial <ip> and <ip>' })
  })
})

/** Names of the processes that this one has started and that are alive. */
function children(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [, name, state, parent] = /^\d+ \((.*)\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
        return parent === String(process.pid) && state !== 'Z' && name !== undefined ? [name] : []
      } catch {
        return []
      }
    })
}

async function expectNoSshLeft(): Promise<void> {
  for (let waited = 0; children().includes('ssh') && waited < 1_000; waited += 20) await sleep(20)
  expect(children()).not.toContain('ssh')
}
