import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type SshAccess, type SshStand, startSshd, whyNoSshd } from '@montana/github-stand'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createGitAccess } from '../../src/push/access.js'
import { pushCode } from '../../src/push/push.js'
import { configHash, tipOf, Workshop } from './support/repositories.js'
import { requestFor } from './support/request.js'

describe.skipIf(whyNoSshd() !== undefined)('git over ssh', () => {
  let shop: Workshop
  let sshd: SshStand
  let config: string

  beforeEach(async () => {
    shop = new Workshop()
    config = configHash(shop.source)
    sshd = await startSshd({ root: shop.folder })
  })

  afterEach(async () => {
    expect(configHash(shop.source)).toBe(config)
    await sshd.close()
    shop.remove()
  })

  async function request({ keyFile, knownHosts }: SshAccess) {
    const credential = { kind: 'ssh', keyPath: keyFile, knownHostsPath: knownHosts } as const
    const url = sshd.url('target.git')
    return {
      ...(await requestFor(shop)),
      access: await createGitAccess({ url, username: 'git', credential, caFile: null }),
    }
  }

  it('creates, moves, rescues and reads back', async () => {
    expect((await pushCode(await request(sshd.access))).refs).toMatchObject([{ outcome: 'created' }])
    shop.foreignCommit('theirs')
    const tip = shop.commit('ours')
    const asked = await request(sshd.access)
    const report = await pushCode({ ...asked, target: { ...asked.target, onDiverge: 'rescue' } })
    expect(report.refs).toMatchObject([{ outcome: 'rescued', after: tip }])
    expect(tipOf(shop.target, 'refs/heads/main')).toBe(tip)
  })

  it('takes keys from paths with blanks and quotes', async () => {
    const folder = join(shop.folder, `it's "my" folder; \\ and all`)
    mkdirSync(folder)
    const [keyFile, knownHosts] = [join(folder, 'a key'), join(folder, 'known "hosts"')]
    copyFileSync(sshd.access.keyFile, keyFile)
    copyFileSync(sshd.access.knownHosts, knownHosts)
    const report = await pushCode(await request({ ...sshd.access, keyFile, knownHosts }))
    expect(report.refs).toMatchObject([{ outcome: 'created' }])
  })

  it('a host without a pinned key is HOST_KEY_UNKNOWN, and nothing is pinned by itself', async () => {
    const access = await sshd.withoutHostKey()
    await expect(pushCode(await request(access))).rejects.toMatchObject({ code: 'HOST_KEY_UNKNOWN' })
    await expect(pushCode(await request(access))).rejects.toMatchObject({ code: 'HOST_KEY_UNKNOWN' })
  })

  it('another host key than the pinned one is HOST_KEY_CHANGED', async () => {
    await sshd.rotateHostKey()
    await expect(pushCode(await request(sshd.access))).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' })
    expect(tipOf(shop.target, 'refs/heads/main')).toBeNull()
  })

  it('a key that is not let in is TARGET_AUTH, a repository that is not there TARGET_NOT_FOUND', async () => {
    const stranger = await request(await sshd.withOtherClientKey())
    await expect(pushCode(stranger)).rejects.toMatchObject({ code: 'TARGET_AUTH' })
    const lost = await request(sshd.access)
    const access = { ...lost.access, url: sshd.url('none.git') }
    await expect(pushCode({ ...lost, access })).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
  })

  it('a server that is gone is TARGET_UNREACHABLE', async () => {
    const asked = await request(sshd.access)
    await sshd.close()
    await expect(pushCode(asked)).rejects.toMatchObject({ code: 'TARGET_UNREACHABLE' })
  })
})
