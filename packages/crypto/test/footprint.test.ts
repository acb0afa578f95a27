import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const INDEX = new URL('../dist/index.js', import.meta.url).href

/** Runs a script against the built package and returns the packages that were loaded for it. */
async function packagesLoadedBy(script: string): Promise<string[]> {
  const source = `
    import { registerHooks } from 'node:module'
    const seen = new Set()
    registerHooks({ load: (url, context, next) => { seen.add(url); return next(url, context) } })
    const crypto = await import('${INDEX}')
    ${script}
    const names = [...seen].map((url) => /node_modules\\/((@[^/]+\\/)?[^/]+)/.exec(url)?.[1]).filter(Boolean)
    console.log(JSON.stringify([...new Set(names)]))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source])
  return JSON.parse(stdout)
}

describe('what a running node pays for', () => {
  it('is neither noble nor the word list while OpenSSL does the work', async () => {
    const loaded = await packagesLoadedBy(`
      const backend = await crypto.selectPqBackend()
      const identity = await crypto.identityFromMasterSeed(new Uint8Array(64))
      const signer = await backend.importSigner(identity.seeds.node)
      await backend.verify(await signer.sign(new Uint8Array(72)), new Uint8Array(72), signer.publicKey)`)
    expect(loaded).toContain('@scure/base')
    expect(loaded.filter((name) => name.startsWith('@noble') || name === '@scure/bip39')).toEqual([])
  })

  it('would be seen here: the word list loads when it is needed', async () => {
    expect(await packagesLoadedBy('await crypto.loadWordlist()')).toContain('@scure/bip39')
  })
})
