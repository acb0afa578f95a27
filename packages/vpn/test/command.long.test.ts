import { access, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folderWithWg, montana } from './support/command.js'
import { Pair } from './support/pair.js'
import { whyNoTunnel } from './support/tunnel-host.js'

const WG = '/usr/bin/wg'

/** A dozen starts of the command, on a host that has other work. */
const TIMEOUT_MS = 120_000

describe.skipIf(whyNoTunnel())('montana vpn on two hosts', { timeout: TIMEOUT_MS }, () => {
  let pair: Pair
  const work = () => pair.settings(0).workDir
  const isThere = (path: string) =>
    access(path).then(
      () => true,
      () => false,
    )

  beforeAll(async () => {
    pair = await Pair.create('c')
    await pair.fleet.put([pair.entry(0), pair.entry(1)])
  })
  afterAll(() => pair?.close())

  it('is killed between rendering and applying: nothing has changed, and the next run goes on', async () => {
    const before = pair.host(0).show('dump')
    // The shell that `wg` is ends its parent, the command, in the moment in which the file is there.
    const folder = await folderWithWg(pair, 'kills', `case "$1" in syncconf) kill -9 $PPID;; *) exec ${WG} "$@";; esac`)
    expect(await montana(pair, 0, ['vpn', 'sync'], folder)).toMatchObject({ stdout: '' })
    expect(pair.host(0).show('dump')).toBe(before)
    const left = await readdir(work())
    expect(left).toContain('apply.conf')
    for (const name of left) expect((await stat(join(work(), name))).mode & 0o777).toBe(0o600)
    expect((await stat(work())).mode & 0o777).toBe(0o700)
    const next = await montana(pair, 0, ['vpn', 'sync'])
    expect(next).toMatchObject({ code: 0, stderr: expect.stringContaining('state expiring') })
    expect(next.stdout).toContain('1 peers; 1 added, 0 removed, 0 changed, private_key set, listen_port set')
    expect(await isThere(work())).toBe(false)
  })

  it('is killed after applying and before publishing: the next run finds it done', async () => {
    await pair.fleet.put([pair.entry(1, { endpoint: null })])
    const script = `case "$1" in syncconf) ${WG} "$@"; kill -9 $PPID;; *) exec ${WG} "$@";; esac`
    await montana(pair, 0, ['vpn', 'sync'], await folderWithWg(pair, 'kills-late', script))
    const next = await montana(pair, 0, ['vpn', 'sync', '--json'])
    expect(JSON.parse(next.stdout)).toMatchObject({ outcome: 'same', isChanged: false, version: 2 })
    expect(await isThere(work())).toBe(false)
    await pair.fleet.put([pair.entry(1)])
  })

  it('says the private key to no argument, environment, output or file but its own', async () => {
    const secret = (await readFile(pair.settings(1).privateKey, 'utf8')).trim()
    const seen = join(pair.fleet.folder, 'seen.txt')
    const spy = `{ printf '%s\\n' "$@"; env; tr '\\0' '\\n' < /proc/$PPID/cmdline; tr '\\0' '\\n' < /proc/$PPID/environ; } >> ${seen}`
    const folder = await folderWithWg(pair, 'spies', `${spy}\nexec ${WG} "$@"`)
    for (const args of [
      ['vpn', 'sync'],
      ['vpn', 'sync', '--json'],
      ['vpn', 'status'],
      ['vpn', 'status', '--json'],
    ]) {
      const { code, stdout, stderr } = await montana(pair, 1, args, folder)
      expect(code).toBe(0)
      expect(`${stdout}${stderr}`).not.toContain(secret)
    }
    const text = await readFile(seen, 'utf8')
    expect(text).toContain('syncconf')
    expect(text).not.toContain(secret)
    const broken = await folderWithWg(
      pair,
      'quotes',
      `case "$1" in show) cat ${pair.settings(1).privateKey} >&2; exit 1;; esac`,
    )
    const failed = await montana(pair, 1, ['vpn', 'sync'], broken)
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining('(key)') })
    expect(failed.stderr).not.toContain(secret)
  })

  it('shakes hands at once when a host is authorised again', async () => {
    await pair.fleet.put([pair.entry(0), pair.entry(1)])
    for (const side of [0, 1] as const) await montana(pair, side, ['vpn', 'sync'])
    expect(await pair.reach(0)).not.toBeNull()
    const entries = pair.fleet.roster.entries
    await pair.fleet.revoke('moscow')
    expect((await montana(pair, 0, ['vpn', 'sync'])).code).toBe(0)
    expect(await pair.reach(1, 700)).toBeNull()
    await pair.fleet.issue(entries)
    const { stdout } = await montana(pair, 0, ['vpn', 'sync'])
    expect(stdout).toContain('1 added')
    expect(pair.handshakes(0)[pair.keys[1]]).toBeGreaterThan(0)
    expect(await pair.reach(1)).not.toBeNull()
  })

  it('prints a table for people and one object for programs', async () => {
    const { stdout } = await montana(pair, 0, ['vpn', 'status'])
    expect(stdout).toMatch(/^roster +: version \d+, expiring, until /m)
    expect(stdout).toMatch(/^moscow +10\.66\.0\.2\/32 +authorised +\d+ s ago +\d+ +\d+$/m)
    const json = JSON.parse((await montana(pair, 0, ['vpn', 'status', '--json'])).stdout)
    expect(json).toMatchObject({
      isUp: true,
      job: { code: 'OK' },
      applied: { peers: ['moscow'] },
      peers: [{ label: 'moscow' }],
    })
  })

  it('ends with 1 when no source has a valid roster, and with 78 without a key', async () => {
    await pair.fleet.publish({ ...pair.fleet.roster, version: 99 })
    const forged = await montana(pair, 0, ['vpn', 'sync', '--json'])
    expect(forged.code).toBe(1)
    expect(JSON.parse(forged.stdout)).toMatchObject({ error: { code: 'DOC_SIGNATURES' } })
    const keyless = ['vpn', 'sync', '--json', '--private-key', join(pair.fleet.folder, 'none.key')]
    const { code, stdout } = await montana(pair, 0, keyless)
    expect(code).toBe(78)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'VPN_KEY', field: 'vpn.privateKey' } })
    const one = await montana(pair, 0, ['vpn', 'sync', '--source', '/only/one.json'])
    expect(one).toMatchObject({ code: 78, stderr: expect.stringContaining('at least 2 are needed') })
  })
})
