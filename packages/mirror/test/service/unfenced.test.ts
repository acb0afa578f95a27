import { describe, expect, it } from 'vitest'
import { loadMirrorConfig, type Manifest, type MirrorAlert, openMirror } from '../../src/index.js'
import { temporaryFolder } from '../folders.js'

const NOTHING: Manifest = {
  ...{ secrets: [], variables: [], gates: [], notCopied: [], workflows: [], ledgers: [], check: null },
}
const REPLICA = { MIRROR_1_REPO: 'second/service', MIRROR_1_TOKEN: 'x', MIRROR_1_NAME: 'second' }
const ARCHIVE = { MIRROR_1_TYPE: 'git', MIRROR_1_URL: '/srv/archive.git' }
const never = new AbortController().signal

/** What a primary that does not know its own repository is told when it opens. */
async function told(environment: Readonly<Record<string, string>>): Promise<MirrorAlert[]> {
  const config = loadMirrorConfig({ environment: { MIRROR_ENABLED: 'true', MIRROR_ROLE: 'MASTER', ...environment } })
  const alerts: MirrorAlert[] = []
  const where = { manifest: NOTHING, source: temporaryFolder(), dataFolder: temporaryFolder(), values: new Map() }
  const alert = (each: MirrorAlert) => void alerts.push(each)
  const mirror = await openMirror({ config, ...where, actor: 'test', primary: null, alert }, never)
  mirror.close()
  return alerts
}

describe('a primary without MASTER_REPO', () => {
  it('is told that its replica is never promoted', async () => {
    expect(await told(REPLICA)).toMatchObject([
      { mirror: 'second', code: 'UNFENCED', remedy: expect.stringContaining('MASTER_REPO') },
    ])
  })

  it.each([
    ['an archive', ARCHIVE],
    ['a replica that is not to be promoted', { ...REPLICA, MIRROR_1_PROMOTABLE: 'false' }],
    ['promotion by hand alone', { ...REPLICA, MIRROR_AUTO_PROMOTE: 'false' }],
  ])('is told nothing with %s', async (_, environment) => {
    expect(await told(environment)).toEqual([])
  })
})
