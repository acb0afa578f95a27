import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServices } from '@montana/release'
import { describe, expect, it, onTestFinished } from 'vitest'
import { difference, treeOf } from '../../../test/onboarding/support/tree.js'
import { gatherFolders } from '../src/doctor/folders.js'
import { planReset, planUninstall, readInputs, runActions } from '../src/index.js'
import { documentsStep } from '../src/steps/documents.js'
import { Stand } from './support/stand.js'

const WITHOUT = 'needs root, to give files to the users of services'
const ACCOUNT_TOOLS = /^[~+-]etc\/(passwd|group|shadow|gshadow|subuid|subgid)[-.]?/
const signal = new AbortController().signal

/** What differs, but for what the account tools of the system keep of their own. */
const changesOf = (stand: Stand, before: ReadonlyMap<string, string>) =>
  difference(before, treeOf(stand.root)).filter((line) => !ACCOUNT_TOOLS.test(line))

describe.skipIf(process.getuid?.() !== 0)(`onboarding of a folder (${WITHOUT})`, () => {
  it('makes users, release, documents, identity and units, and nothing the second time', async () => {
    const stand = await Stand.create()
    const { outcome, did } = await stand.onboard()
    expect(outcome.kind).toBe('installed')
    expect(Object.keys(did)).toEqual(['users', 'release', 'documents', 'identity', 'units'])
    expect(readlinkSync(stand.inRoot('usr/local/bin/montana'))).toBe('/opt/montana/current/bin/montana')
    expect(readlinkSync(stand.inRoot('opt/montana/current'))).toBe('releases/1.0.0-aaaaaaaaaaaa')
    expect(statSync(stand.inRoot('opt/montana/current/RELEASE.json')).mode & 0o777).toBe(0o644)
    expect(statSync(stand.inRoot('var/lib/montana/identity.bin')).mode & 0o777).toBe(0o600)
    expect(readFileSync(stand.inRoot('etc/montana/node.yaml'), 'utf8')).toContain('label: armenia')
    const before = treeOf(stand.root)
    const again = await stand.onboard()
    expect(new Set(Object.values(again.did))).toEqual(new Set(['nothing']))
    expect(difference(before, treeOf(stand.root))).toEqual([])
  })

  it('changes nothing in a dry run, and when it is not agreed to', async () => {
    const stand = await Stand.create()
    const before = treeOf(stand.root)
    const dry = await stand.onboard({}, { isDryRun: true })
    expect(dry.outcome.kind).toBe('planned')
    expect(dry.plan.map(({ name, todo }) => [name, todo !== 'nothing'])).toEqual(
      ['users', 'release', 'documents', 'identity', 'units'].map((name) => [name, true]),
    )
    expect(dry.plan.find(({ name }) => name === 'identity')?.todo).toContain('as armenia at /ip4/127.0.0.1/tcp/8444')
    expect((await stand.onboard({}, { isAgreed: false })).outcome.kind).toBe('declined')
    expect(difference(before, treeOf(stand.root))).toEqual([])
    expect(existsSync(stand.path('words.txt'))).toBe(false)
  })

  it('writes a join request for a node that is not named, and none for one that is', async () => {
    const stand = await Stand.create()
    await stand.onboard({ requestOnly: true })
    const request = stand.inRoot('var/lib/montana/join-request.json')
    await stand.admit(JSON.parse(readFileSync(request, 'utf8')))
    const { plan, did } = await stand.onboard()
    expect(plan.find(({ name }) => name === 'identity')?.found).toContain('named armenia')
    expect(did.documents).toContain('manifest.json')
  })

  it('restores the same identity from its words, and needs no terminal for that', async () => {
    const [first, second] = [await Stand.create(), await Stand.create()]
    await first.onboard()
    await second.onboard({ mnemonicOut: undefined, restoreFrom: first.path('words.txt') })
    const identity = (stand: Stand) => readFileSync(stand.inRoot('var/lib/montana/identity.bin'))
    expect(identity(second)).toEqual(identity(first))
  })

  it('gives the documents to the job, and what a link of the job leads to stays whose it is', async () => {
    const stand = await Stand.create()
    await stand.onboard({ requestOnly: true })
    const [victim, request] = [stand.path('victim'), stand.inRoot('var/lib/montana/join-request.json')]
    writeFileSync(victim, '')
    symlinkSync(victim, stand.inRoot('var/lib/montana-fleet/manifest.link'))
    await stand.admit(JSON.parse(readFileSync(request, 'utf8')))
    await stand.onboard()
    expect(statSync(stand.inRoot('var/lib/montana-fleet/manifest.json')).uid).toBeGreaterThan(0)
    expect(statSync(victim).uid).toBe(0)
  })

  it('leaves the newer manifest that came while the plan waited for its answer', async () => {
    const stand = await Stand.create()
    const inputs = async () => await readInputs(stand.options(), Date.now(), signal)
    const early = await inputs()
    await stand.onboard({ requestOnly: true })
    await stand.admit(JSON.parse(readFileSync(stand.inRoot('var/lib/montana/join-request.json'), 'utf8')))
    await (await inputs()).adoptManifest(signal)
    await early.adoptManifest(signal)
    const read = (name: string) => JSON.parse(readFileSync(stand.inRoot(`var/lib/montana-fleet/${name}`), 'utf8'))
    expect([read('manifest.json').version, read('manifest.highest.json').version]).toEqual([2, 2])
  })

  it.each(['operators', 'genesis'] as const)('fetches no %s: nothing would prove it', async (name) => {
    const stand = await Stand.create()
    const server = createServer((_, response) => void response.end(readFileSync(stand.path(`${name}.json`))))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const given = { [name]: `http://127.0.0.1:${port}/` }
    await expect(stand.onboard(given)).rejects.toMatchObject({ code: 'INPUT_NOT_FILE', exitCode: 78, field: name })
  })

  it('asks again only where the sync job may, and says where that is nowhere beyond this host', async () => {
    const stand = await Stand.create()
    const inputs = await readInputs(stand.options(), Date.now(), signal)
    mkdirSync(stand.inRoot('etc/montana'))
    const look = async (manifest: string) => {
      const { found, actions } = await documentsStep(stand.options({ manifest }), inputs).look(signal)
      for (const { what, run } of actions) if (what.endsWith('fleet.yaml')) await run(signal)
      const text = readFileSync(stand.inRoot('etc/montana/fleet.yaml'), 'utf8')
      rmSync(stand.inRoot('etc/montana/fleet.yaml'))
      return { isAlone: found.includes('no source of newer ones'), isAsked: text.includes(manifest) }
    }
    expect(await look('http://192.0.2.1/manifest.json')).toEqual({ isAlone: true, isAsked: false })
    expect(await look('https://192.0.2.1/manifest.json')).toEqual({ isAlone: false, isAsked: true })
  })

  it('lets root keep files of the fleet where its VPN job runs as root, and nowhere else', async () => {
    const stand = await Stand.create()
    await stand.onboard()
    const foreign = async () => (await gatherFolders(stand.root, signal)).map((facts) => facts.foreign)
    expect(new Set(await foreign())).toEqual(new Set([null]))
    const roster = stand.inRoot('var/lib/montana-fleet/roster.json')
    writeFileSync(roster, '{}')
    expect(await foreign()).toContain(roster)
    const dropIn = stand.inRoot('etc/systemd/system/montana-vpn-key-sync.service.d')
    mkdirSync(dropIn)
    writeFileSync(`${dropIn}/50-wireguard-go.conf`, '')
    expect(new Set(await foreign())).toEqual(new Set([null]))
    writeFileSync(stand.inRoot('var/lib/montana/store.db'), '')
    expect(await foreign()).toContain(stand.inRoot('var/lib/montana/store.db'))
  })

  it('takes no backup into a folder that is removed, by whatever name', async () => {
    const stand = await Stand.create()
    await stand.onboard()
    mkdirSync(stand.inRoot('var/lib/montana-backups'))
    symlinkSync(stand.inRoot('var/lib/montana-backups'), stand.inRoot('var/copies'))
    const services = createServices(stand.root, 'none')
    for (const backup of ['/var/lib/montana-backups/mine', '/etc/montana/mine', '/var/copies/mine']) {
      const init = { root: stand.root, services, backup, now: new Date(), signal }
      await expect(planUninstall(init)).rejects.toMatchObject({ code: 'BACKUP_INSIDE', exitCode: 78, field: 'backup' })
    }
  })

  it('leaves everything as it was, links of units included, when there is no room for the backup', async () => {
    const stand = await Stand.create()
    await stand.onboard()
    const before = treeOf(stand.root)
    const services = createServices(stand.root, 'none')
    const init = { root: stand.root, services, backup: '/var/nowhere/mine', now: new Date(), signal }
    await expect(runActions((await planUninstall(init)).actions, signal)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(difference(before, treeOf(stand.root)).filter((line) => !line.startsWith('+var/backups'))).toEqual([])
  })

  it('reads no more of a document or of words than they may have', async () => {
    const stand = await Stand.create()
    for (const [field, code] of [
      ['operators', 'CONFIG_INVALID'],
      ['restoreFrom', 'CONFIG_INVALID'],
    ] as const)
      await expect(stand.onboard({ [field]: '/dev/zero' }), field).rejects.toMatchObject({ code, exitCode: 78 })
  })

  it('removes nothing of a host that it has not set up', async () => {
    const stand = await Stand.create()
    mkdirSync(stand.inRoot('var/lib/montana'))
    writeFileSync(stand.inRoot('var/lib/montana/wallet.json'), '{}')
    const services = createServices(stand.root, 'none')
    const init = { root: stand.root, services, backup: undefined, now: new Date(), signal }
    await expect(planUninstall(init)).rejects.toMatchObject({ code: 'NOT_ONBOARDED', exitCode: 78 })
  })

  it.each<[string, (stand: Stand) => void, string]>([
    [
      'an identity of another user',
      (stand) => chmodSync(stand.inRoot('var/lib/montana/identity.bin'), 0o644),
      'IDENTITY_FOREIGN',
    ],
    ['a data directory whose identity is gone', (stand) => lose(stand), 'IDENTITY_LOST'],
    [
      'another trust root',
      (stand) => writeFileSync(stand.inRoot('etc/montana/operators.json'), '{}'),
      'PINNED_DIFFERS',
    ],
    ['a configuration that says otherwise', (stand) => edit(stand), 'CONFIG_DIFFERS'],
    ['a folder that others may write', (stand) => chmodSync(stand.inRoot('var/lib/montana'), 0o777), 'FOLDER_FOREIGN'],
  ])('refuses %s with 78 and changes nothing', async (_, change, code) => {
    const stand = await Stand.create()
    await stand.onboard()
    change(stand)
    const before = treeOf(stand.root)
    await expect(stand.onboard({ mnemonicOut: stand.path('other.txt') })).rejects.toMatchObject({ code, exitCode: 78 })
    expect(difference(before, treeOf(stand.root))).toEqual([])
  })

  it('takes back what a failing step did: the words go with the identity that could not be saved', async () => {
    const stand = await Stand.create()
    writeFileSync(stand.inRoot('etc/montana'), 'in the way')
    await expect(stand.onboard()).rejects.toMatchObject({ code: 'FOLDER_FOREIGN' })
    rmSync(stand.inRoot('etc/montana'))
    const label = '\u0000 no label'
    // Refused by the join request, which comes after the words and the identity.
    await expect(stand.onboard({ label })).rejects.toMatchObject({ code: 'JOIN_REQUEST' })
    expect(readFileSync(stand.inRoot('etc/montana/node.yaml'), 'utf8')).toContain('no label')
    expect(readdirSync(stand.inRoot('var/lib/montana'))).toEqual([])
    expect(existsSync(stand.path('words.txt'))).toBe(false)
  })

  it('forgets the chain alone, after a backup, and leaves what it does not know', async () => {
    const stand = await Stand.create()
    await stand.onboard()
    for (const name of ['store.db', 'store.db-wal', 'notes.txt'])
      writeFileSync(stand.inRoot(`var/lib/montana/${name}`), 'x')
    const services = createServices(stand.root, 'none')
    const init = {
      root: stand.root,
      services,
      keepsIdentity: true,
      backup: '/var/backups/mine',
      now: new Date(),
      signal,
    }
    const plan = await planReset(init)
    expect([plan.label, plan.strangers]).toEqual(['armenia', ['notes.txt']])
    const words = readFileSync(stand.path('words.txt'))
    await runActions(plan.actions, signal)
    expect(readdirSync(stand.inRoot('var/lib/montana')).sort()).toEqual([
      'identity.bin',
      'join-request.json',
      'notes.txt',
    ])
    expect(statSync(stand.inRoot('var/backups/mine')).mode & 0o777).toBe(0o700)
    expect(readFileSync(stand.inRoot('var/backups/mine/words.txt'))).toEqual(words)
    await expect(runActions((await planReset(init)).actions, signal)).rejects.toMatchObject({ code: 'BACKUP_EXISTS' })
  })

  it('leaves nothing but the backup when it is removed', async () => {
    const stand = await Stand.create()
    const before = treeOf(stand.root)
    await stand.onboard({ mnemonicOut: stand.inRoot('words.txt') })
    const services = createServices(stand.root, 'none')
    const plan = await planUninstall({
      root: stand.root,
      services,
      backup: '/var/backups/mine',
      now: new Date(),
      signal,
    })
    await runActions(plan.actions, signal)
    const left = changesOf(stand, before).filter((line) => !line.startsWith('+var/backups/mine'))
    expect(left).toEqual([])
    expect(readFileSync(stand.inRoot('etc/passwd'), 'utf8')).not.toContain('montana')
    const kept = readdirSync(stand.inRoot('var/backups/mine')).sort()
    expect(kept).toEqual(['etc', 'fleet', 'identity.bin', 'words.txt'])
  })
})

function lose(stand: Stand): void {
  rmSync(stand.inRoot('var/lib/montana/identity.bin'))
  writeFileSync(stand.inRoot('var/lib/montana/store.db'), '')
}

function edit(stand: Stand): void {
  const path = stand.inRoot('etc/montana/node.yaml')
  writeFileSync(path, readFileSync(path, 'utf8').replace('tcp/8444', 'tcp/8445'))
}
