import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createBareRepository, type SshAccess, type SshStand, startSshd, whyNoSshd } from '../src/index.js'
import { WorkTree } from './support/git.js'

const reason = whyNoSshd()
if (reason !== undefined) process.stderr.write(`git over ssh is skipped: ${reason}\n`)

describe.skipIf(reason !== undefined)('git over ssh', () => {
  let root: string
  let sshd: SshStand
  let tree: WorkTree

  beforeAll(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'stand ssh-')))
    await createBareRepository(join(root, 'repositories', 'service.git'))
    await createBareRepository(join(root, 'outside.git'))
    sshd = await startSshd({ root: join(root, 'repositories') })
  })

  afterAll(async () => {
    await sshd?.close()
    await rm(root, { recursive: true, force: true })
  })

  beforeEach(async () => {
    tree = await WorkTree.make()
    await tree.commit({ 'README.md': 'hello\n' })
  })

  afterEach(() => tree.remove())

  function ssh({ keyFile, knownHosts }: SshAccess): string {
    const options = ['BatchMode=yes', 'IdentitiesOnly=yes', 'StrictHostKeyChecking=yes']
    const given = options.map((option) => `-o ${option}`).join(' ')
    return `ssh -F none ${given} -o UserKnownHostsFile='"${knownHosts}"' -i '${keyFile}'`
  }

  async function git(args: string[], access = sshd.access) {
    return await tree.git(args, { env: { GIT_SSH_COMMAND: ssh(access) } })
  }

  it('takes a push and shows it', async () => {
    expect(await git(['push', '--force', sshd.url('service.git'), 'main'])).toMatchObject({ code: 0 })
    const tip = (await tree.git(['rev-parse', 'HEAD'])).output.trim()
    expect((await git(['ls-remote', sshd.url('service.git')])).output).toContain(tip)
  })

  it.each(['../outside.git', 'missing.git', "it's.git"])('does not serve %s', async (path) => {
    expect((await git(['ls-remote', sshd.url(path)])).code).toBe(128)
  })

  it('runs nothing but git', async () => {
    const { user, host, port } = sshd.access
    const tried = await tree.git(['-c', `alias.x=!${ssh(sshd.access)} -p ${port} ${user}@${host} id`, 'x'])
    expect(tried.output).toContain('only git is served here')
    expect(tried.output).not.toContain('uid=')
  })

  it('refuses a stranger, and is refused when its key is not known', async () => {
    const url = sshd.url('service.git')
    expect((await git(['ls-remote', url], await sshd.withOtherClientKey())).output).toContain('Permission denied')
    expect((await git(['ls-remote', url], await sshd.withoutHostKey())).output).toContain(
      'Host key verification failed',
    )
  })

  it('changes its host key', async () => {
    const before = await sshd.hostKeyLine()
    await sshd.rotateHostKey()
    expect(await sshd.hostKeyLine()).not.toBe(before)
    const refused = await git(['ls-remote', sshd.url('service.git')])
    expect(refused.output).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED')
  })
})
