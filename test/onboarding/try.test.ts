import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { CleanHost } from './support/host.js'
import { Mesh } from './support/mesh.js'

it('runs', async () => {
  const t0 = performance.now()
  const host = await CleanHost.create()
  console.log('host', performance.now() - t0)
  try {
    const { mkdirSync } = await import('node:fs')
    const folder = join(host.folder, 'mesh'); mkdirSync(folder)
    const mesh = await Mesh.create(host, folder)
    console.log('mesh', performance.now() - t0)
    const put = (from: string) => cpSync(from, join(host.root, 'root', from.split('/').at(-1) ?? ''))
    for (const f of ['/var/tmp/onb-bundle/montana-0.1.0-linux-x64.tar', '/var/tmp/onb-bundle/onboard.sh', mesh.manifest, mesh.genesis, mesh.path('operators.json')]) put(f)
    const args = ['--manifest', '/root/signed.json', '--operators', '/root/operators.json', '--genesis', '/root/genesis.json', '--label', 'armenia', '--listen', '/ip4/127.0.0.1/tcp/8444', '--mnemonic-out', '/root/words.txt', '--services', 'process', '--yes']
    let r = await host.run(['bash', '/root/onboard.sh', ...args, '--request-only'])
    console.log(r)
    await mesh.admit(readFileSync(join(host.root, 'var/lib/montana/join-request.json')))
    put(mesh.manifest)
    mesh.start()
    await mesh.reaches(2)
    r = await host.run(['bash', '/root/onboard.sh', ...args, '--require-synced'])
    console.log(r)
    console.log(readFileSync(join(host.root, 'run/montana-services/montana-node.service.log'), 'utf8').slice(-3000))
    r = await host.run(['bash', '/root/onboard.sh', ...args, '--require-synced'])
    console.log(r)
  } finally { await host.close() }
}, 300000)
