import { describe, expect, it } from 'vitest'
import { type GivenOptions, resolveOnboarding } from '../src/defaults.js'

const GIVEN: GivenOptions = {
  ...{
    root: '/nowhere',
    staged: '/staged',
    releaseKey: '',
    manifest: undefined,
    operators: undefined,
    genesis: undefined,
  },
  ...{ label: undefined, listen: undefined, address: '/ip4/192.0.2.1/tcp/8444', openMesh: undefined, sources: [] },
  ...{ mnemonicOut: undefined, restoreFrom: undefined, requestOnly: false, requireSynced: false, isAdopting: false },
}

describe('what onboarding was not told', () => {
  it('is the name of the host and the port of the specification', async () => {
    const { label, listen, openMesh } = await resolveOnboarding(GIVEN)
    expect(label.length).toBeGreaterThan(0)
    expect([listen, openMesh]).toEqual(['/ip4/0.0.0.0/tcp/8444', false])
  })

  it('takes an address to listen on for the one to dial, unless it is every address', async () => {
    const listen = '/ip4/127.0.0.1/tcp/9000'
    expect((await resolveOnboarding({ ...GIVEN, listen, address: undefined })).address).toBe(listen)
  })

  it.each([
    [{ label: 'a\nb' }, 'label'],
    [{ listen: 'localhost:8444', address: undefined }, 'listen'],
  ])('refuses %o', async (change, field) => {
    await expect(resolveOnboarding({ ...GIVEN, ...change })).rejects.toMatchObject({ exitCode: 78, field })
  })

  it('names files of sources from the root, and refuses plain http beyond this host', async () => {
    const { sources } = await resolveOnboarding({ ...GIVEN, sources: ['status:http://127.0.0.1:8446', 'm.json'] })
    expect(sources).toEqual(['status:http://127.0.0.1:8446', `${process.cwd()}/m.json`])
    await expect(resolveOnboarding({ ...GIVEN, sources: ['http://example.org/m'] })).rejects.toMatchObject({
      exitCode: 78,
    })
  })
})
