import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { earlyEndWarnings } from '../../src/coordinator/etcd/releases.js'
import { checkCoordinator } from '../../src/index.js'
import { candidate, etcdGroup, Watcher } from '../support/candidates.js'
import { EtcdTestCluster } from '../support/etcd-cluster.js'
import { whyWithout } from '../support/programs.js'

const never = new AbortController().signal
const withoutEtcd = whyWithout(['etcd'], 'access to etcd')

describe.skipIf(withoutEtcd !== undefined)('etcd with users', () => {
  let etcd: EtcdTestCluster
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'etcd-user-'))
    etcd = await EtcdTestCluster.start({ args: ['--bcrypt-cost', '4'] })
    await addUser(etcd, 'root', 'top', 'root')
    await addUser(etcd, 'montana', 'secret', 'montana')
    await etcd.call('auth/enable', {})
    writeFileSync(join(folder, 'right'), 'secret\n', { mode: 0o600 })
    writeFileSync(join(folder, 'wrong'), 'guess\n', { mode: 0o600 })
  })
  afterAll(async () => {
    await etcd?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const as = async (password: string) =>
    await etcdGroup(etcd.endpoints, { user: 'montana', passwordFile: join(folder, password) })

  it('lets in who has the password of the file', async () => {
    const host = await candidate(await as('right'), 'amsterdam')
    expect(await host.acquire(0n, never)).toMatchObject({ kind: 'acquired' })
    expect(await host.renew(never)).toMatchObject({ kind: 'renewed' })
    await host.release(never)
  })

  it.each(['wrong', 'absent'])('refuses a password that is %s, with a code', async (password) => {
    const config = await as(password)
    const host = await candidate(config, 'amsterdam')
    expect(await host.acquire(0n, never)).toMatchObject({ kind: 'refused', code: 'ETCD_REFUSED' })
    const { problems } = await checkCoordinator(config, never)
    expect(problems).toContainEqual(expect.objectContaining({ code: 'ETCD_REFUSED', field: 'coordinator' }))
  })

  it('refuses who has no password', async () => {
    const host = await candidate(await etcdGroup(etcd.endpoints), 'amsterdam')
    expect(await host.acquire(0n, never)).toMatchObject({ kind: 'refused', code: 'ETCD_REFUSED' })
  })

  it('gets a new token when the old one is no longer known', async () => {
    const host = await candidate(await as('right'), 'amsterdam')
    await host.acquire(0n, never)
    const [member] = etcd.members
    // Tokens are kept in memory only; a lease survives.
    await member?.kill()
    member?.start()
    await etcd.ready()
    expect(await host.renew(never)).toMatchObject({ kind: 'renewed' })
  })
})

describe.skipIf(withoutEtcd !== undefined)('etcd that raises the time of a lease', () => {
  let etcd: EtcdTestCluster

  beforeAll(async () => {
    etcd = await EtcdTestCluster.start({ electionTimeoutMs: 5000 })
  })
  afterAll(async () => await etcd?.stop())

  it('is refused when the bound no longer holds', async () => {
    const config = await etcdGroup(etcd.endpoints)
    const host = await candidate(config, 'amsterdam')
    const message =
      'LEASE_TTL_RAISED serve: asked for 4.0 s, granted 8.0 s; TTL 8.0 + expiry 0.5 + acquire 0.5 + promote 2.0 = 11.0 s is not below maxRecoveryMs 10.0 s'
    expect(await host.acquire(0n, never)).toEqual({ kind: 'refused', code: 'LEASE_TTL_RAISED', message })
    expect(host.bound()).toMatchObject({ kind: 'etcd', totalMs: 11_000, isKept: false })
    expect((await etcd.call('lease/leases', {})).leases ?? []).toEqual([])
    const watcher = new Watcher(host)
    await watcher.next((lease) => lease.kind === 'refused' && lease.code === 'LEASE_TTL_RAISED')
    await watcher.next((lease) => lease.kind === 'holder' && lease.host === null)
    const check = await checkCoordinator(config, never)
    expect(check).toMatchObject({ askedTtlMs: 4000, grantedTtlMs: 8000 })
    expect(check.problems.map(({ code }) => code)).toEqual(['LEASE_TTL_RAISED', 'LEASE_TTL_RAISED'])
    expect(check.warnings).toEqual(earlyEndWarnings(check.endpoints.map(({ version }) => version ?? '')))
  })

  it('is used when the bound still holds', async () => {
    const config = { ...(await etcdGroup(etcd.endpoints)), maxRecoveryMs: 12_000 }
    const host = await candidate(config, 'amsterdam')
    expect(await host.acquire(0n, never)).toMatchObject({ kind: 'acquired', lease: { ttlMs: 8000 } })
    await host.release(never)
    expect((await checkCoordinator(config, never)).problems).toEqual([])
  })
})

const withoutTls = withoutEtcd ?? whyWithout(['openssl'], 'etcd over TLS')

describe.skipIf(withoutTls !== undefined)('etcd over TLS', () => {
  let etcd: EtcdTestCluster
  let folder: string

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'etcd-tls-'))
    makeCertificate(folder, 'own')
    makeCertificate(folder, 'foreign')
    const files = ['--cert-file', join(folder, 'own.pem'), '--key-file', join(folder, 'own.key')]
    etcd = await EtcdTestCluster.start({ scheme: 'https', args: files })
  })
  afterAll(async () => {
    await etcd?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is used when its certificate is that of the configured authority, and only then', async () => {
    const host = await candidate(await etcdGroup(etcd.endpoints, { caFile: join(folder, 'own.pem') }), 'amsterdam')
    await expect.poll(() => host.acquire(0n, never), { timeout: 10_000 }).toMatchObject({ kind: 'acquired' })
    for (const settings of [{ caFile: join(folder, 'foreign.pem') }, {}]) {
      const other = await candidate(await etcdGroup(etcd.endpoints, settings), 'almaty')
      expect(await other.acquire(0n, never)).toMatchObject({ kind: 'unreachable', message: /self-signed/ })
    }
  })
})

it('a file of an authority that cannot be read, or a user without password, is a wrong configuration', async () => {
  const config = await etcdGroup(['https://192.0.2.1:2379'], { caFile: '/nonexistent/ca.pem' })
  await expect(checkCoordinator(config, never)).rejects.toMatchObject({ exitCode: 78, field: 'coordinator.caFile' })
  const half = await etcdGroup(['https://192.0.2.1:2379'], { user: 'montana' })
  await expect(checkCoordinator(half, never)).rejects.toMatchObject({ exitCode: 78, field: 'coordinator.passwordFile' })
})

async function addUser(etcd: EtcdTestCluster, name: string, password: string, role: string): Promise<void> {
  const prefix = { key: base64('/montana/'), range_end: base64('/montana0') }
  await etcd.call('auth/user/add', { name, password })
  await etcd.call('auth/role/add', { name: role })
  if (role !== 'root') await etcd.call('auth/role/grant', { name: role, perm: { permType: 'READWRITE', ...prefix } })
  await etcd.call('auth/user/grant', { user: name, role })
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

function makeCertificate(folder: string, name: string): void {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)]
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1']
  const args = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', [...args, '-keyout', key, '-out', certificate, ...subject], { stdio: 'ignore' })
}
