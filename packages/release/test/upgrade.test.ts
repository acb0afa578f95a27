import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { isLong, longIt } from '../../../test/support/long-it.js'
import { type Changed, rollback, upgrade } from '../src/index.js'
import { bundleOf, file, OTHER_KEY, writeKey } from './support/bundles.js'
import { Host, releaseOf, signal, UNIT } from './support/host.js'

const FIRST = releaseOf('1.0.0')
const SECOND = releaseOf('1.1.0')
const BROKEN = releaseOf('1.2.0', { behaviour: 'process.exit(3)' })
const MIGRATING = releaseOf('2.0.0', { description: { store_schema: 4 } })
const MIGRATING_BROKEN = releaseOf('2.1.0', { behaviour: 'ready = 503', description: { store_schema: 4 } })
/** 2020-01-01 */
const OLDER = releaseOf('0.9.1', { description: { built_from_epoch: 1_577_836_800 } })
const WAIT_MS = 20_000
const TIMEOUT_MS = 120_000

describe('montana upgrade', { timeout: TIMEOUT_MS }, () => {
  let host: Host

  afterEach(async () => await host.end())

  async function up(bundle: Buffer, waitMs = WAIT_MS, allowOlder = false): Promise<Changed> {
    const { root, services } = host
    return await upgrade({ root, services, waitMs, allowOlder, bundle: host.bundle(bundle) }, signal)
  }

  const back = () => rollback({ root: host.root, services: host.services, waitMs: WAIT_MS }, signal)

  /** Names, modes and times of everything below /opt and /etc. */
  function tree(folder = 'opt'): string[] {
    const entries = readdirSync(join(host.root, folder), { recursive: true, encoding: 'utf8' })
    return entries.sort().map((name) => {
      const found = statSync(join(host.root, folder, name), { throwIfNoEntry: false })
      return `${name} ${found?.mode.toString(8)} ${found?.mtimeMs}`
    })
  }

  it('swaps, restarts and keeps the one before; the same bundle again changes nothing; rollback goes back', async () => {
    host = await Host.with(FIRST)
    const [first, before] = [host.current, tree()]
    expect(before.filter((line) => /\d{3}[2367] [\d.]+$/.test(line))).toEqual([])
    expect(await up(SECOND)).toMatchObject({
      isChanged: true,
      from: first,
      services: [UNIT],
      backup: null,
      mended: null,
    })
    expect([host.current, await host.answers()]).toEqual([expect.stringMatching(/^1\.1\.0-[0-9a-f]{12}$/), '1.1.0'])
    const [second, after] = [host.current, tree()]
    expect(await up(SECOND)).toMatchObject({ isChanged: false, to: second })
    expect(tree()).toEqual(after)
    expect(await back()).toMatchObject({ isChanged: true, from: second, to: first })
    expect([host.current, await host.answers()]).toEqual([first, '1.0.0'])
    await expect(back()).rejects.toMatchObject({ code: 'RELEASE_MISSING', exitCode: 78 })
    // Forward again, from what is still there.
    expect(await up(SECOND)).toMatchObject({ isChanged: true, from: first, to: second })
  })

  it('a release that ends at once is taken back: exit 1, the one before runs, and the store is as it was', async () => {
    host = await Host.with(FIRST)
    const first = host.current
    await expect(up(BROKEN)).rejects.toMatchObject({
      code: 'UPGRADE_FAILED',
      exitCode: 1,
      metadata: { isHealthyAgain: true },
    })
    expect([host.current, await host.answers(), host.hasJournal]).toEqual([first, '1.0.0', false])
    expect(readdirSync(host.layout.releases)).toEqual([first])
  })

  it('a release that migrates the store: backed up before, restored when it is not ready, kept when it is', async () => {
    host = await Host.with(FIRST)
    const first = host.current
    await expect(up(MIGRATING_BROKEN, 1_500)).rejects.toMatchObject({ code: 'UPGRADE_FAILED' })
    expect([host.current, await host.answers(), host.store()]).toEqual([first, '1.0.0', { schema: 3, rows: [3] }])
    const { backup } = await up(MIGRATING)
    expect([await host.answers(), host.store()]).toEqual(['2.0.0', { schema: 4, rows: [3, 4] }])
    expect(readdirSync(backup ?? '')).toContain('store.db')
    expect(statSync(backup ?? '').mode & 0o777).toBe(0o700)
    await expect(back()).rejects.toMatchObject({ code: 'STORE_SCHEMA_NEWER', exitCode: 78 })
    // As after a power cut before its last note: what has run for days since is not put back to where it was.
    const to = host.current
    const journal = { schema: 'montana.upgrade/1', from: first, to, services: [UNIT], backup, isReverting: false }
    writeFileSync(host.layout.journal, JSON.stringify({ ...journal, isConfirmed: true }))
    await expect(back()).rejects.toMatchObject({ code: 'STORE_SCHEMA_NEWER', exitCode: 78 })
    expect([host.hasJournal, await host.answers(), host.store()]).toEqual([false, '2.0.0', { schema: 4, rows: [3, 4] }])
  })

  it('what does not fit or is not proven is refused with 78, and nothing changes', async () => {
    host = await Host.with(FIRST)
    const before = [tree(), tree('etc')]
    const store = releaseOf('0.9.0', { description: { store_schema: 2 } })
    await expect(up(store)).rejects.toMatchObject({ code: 'STORE_SCHEMA_NEWER', exitCode: 78 })
    const protocol = releaseOf('9.0.0', { description: { protocol: { min: 2, max: 3 } } })
    await expect(up(protocol)).rejects.toMatchObject({ code: 'PROTOCOL_RANGE', exitCode: 78 })
    await expect(up(OLDER)).rejects.toMatchObject({ code: 'RELEASE_OLDER', exitCode: 78 })
    const foreign = bundleOf({ app: [] }, OTHER_KEY)
    await expect(up(foreign)).rejects.toMatchObject({ code: 'BUNDLE_REFUSED', exitCode: 78 })
    await expect(up(SECOND.subarray(0, 9_000))).rejects.toMatchObject({ code: 'BUNDLE_REFUSED' })
    expect([tree(), tree('etc')]).toEqual(before)
    expect(await up(OLDER, WAIT_MS, true)).toMatchObject({ isChanged: true })
    writeKey(host.layout.key, OTHER_KEY)
    await expect(up(SECOND)).rejects.toMatchObject({ code: 'BUNDLE_REFUSED' })
  })

  longIt(
    'two older releases stay; unit files of the old release become those of the new, and changed ones stay',
    async () => {
      const names = ['a.service', 'b.service', 'drop-ins/small/a.service.d/50-small.conf', 'examples/a.service']
      const unit = (text: string) => names.map((name) => file(`app/deploy/units/${name}`, text))
      host = await Host.with(releaseOf('1.0.0', { more: unit('one') }))
      host.write('etc/systemd/system/a.service', 'one')
      host.write('etc/systemd/system/b.service', 'of the operator')
      host.write('etc/systemd/system/a.service.d/50-small.conf', 'one')
      const text = (name: string) => readFileSync(join(host.root, 'etc/systemd/system', name), 'utf8')
      for (const version of ['1.1.0', '1.2.0', '1.3.0']) await up(releaseOf(version, { more: unit(version) }))
      expect([text('a.service'), text('b.service')]).toEqual(['1.3.0', 'of the operator'])
      expect(text('a.service.d/50-small.conf')).toBe('1.3.0')
      const kept = readdirSync(host.layout.releases).map((name) => name.split('-')[0])
      expect(kept.sort()).toEqual(['1.1.0', '1.2.0', '1.3.0'])
      await back()
      await back()
      expect([text('a.service'), await host.answers()]).toEqual(['1.1.0', '1.1.0'])
      await expect(back()).rejects.toMatchObject({ code: 'RELEASE_MISSING' })
    },
  )

  longIt('only one works at a time; a lock that is left behind is taken over', async () => {
    host = await Host.with(FIRST)
    host.write('run/montana-upgrade.lock', `${process.pid} 1\n`)
    const results = await Promise.allSettled([up(SECOND), up(SECOND)])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'RELEASE_BUSY' } })
  })

  // Of an upgrade that migrates: begin, stop, back up, activate, restart, wait, remember, remove.
  const STEPS = 10
  const CUTS = isLong ? Array.from({ length: STEPS + 1 }, (_, index) => index + 1) : [7]
  it.each(CUTS)('kill -9 before step %i leaves a release that runs, and the next command mends', async (cut) => {
    host = await Host.with(FIRST)
    const path = host.bundle(MIGRATING)
    const script = join(import.meta.dirname, 'support/cut-off.mjs')
    const { signal: by, status } = spawnSync(process.execPath, [script, host.root, path, String(cut)], {
      encoding: 'utf8',
    })
    expect([by, status]).toEqual(cut <= STEPS ? ['SIGKILL', null] : [null, 0])
    for (const name of ['bin/montana', 'runtime/bin/node', 'app/main.mjs', 'RELEASE.json'])
      expect(existsSync(join(host.layout.current, name)), name).toBe(true)
    await host.services.start(UNIT, signal)
    if (cut % 2 === 0) await up(MIGRATING)
    else await back().catch((error: unknown) => expect(error).toMatchObject({ exitCode: 78 }))
    const version = await host.answers()
    expect([host.hasJournal, host.current.split('-')[0]]).toEqual([false, version])
    expect(host.store()).toEqual(version === '1.0.0' ? { schema: 3, rows: [3] } : { schema: 4, rows: [3, 4] })
    if (cut % 2 === 0) expect(version).toBe('2.0.0')
    expect(readdirSync(host.layout.releases).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('a way back that was cut off is gone to its end', async () => {
    host = await Host.with(FIRST)
    const first = host.current
    await up(SECOND)
    const journal = { schema: 'montana.upgrade/1', from: first, to: host.current, services: [UNIT], backup: null }
    host.write('opt/montana/upgrade.json', JSON.stringify({ ...journal, isReverting: true }))
    expect(await back()).toMatchObject({ to: first, mended: { how: 'revert' } })
    expect([await host.answers(), host.hasJournal]).toEqual(['1.0.0', false])
  })

  longIt('on a host where nothing runs the release is swapped and nothing started', async () => {
    host = await Host.with(FIRST)
    await host.services.stop(UNIT, signal)
    expect(await up(SECOND)).toMatchObject({ isChanged: true, services: [] })
    expect(await host.services.isActive(UNIT, signal)).toBe(false)
  })
})
